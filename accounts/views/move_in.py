"""Moving in: a file of children and families, checked before anything is made of it."""

import csv
import io
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import by_itself, for_places
from accounts.actions.move_in import Busy, NothingChosen, Over, choose, discard, start, take
from accounts.enums import MoveInStatus
from accounts.forms import MoveInForm, numbers
from accounts.models import MoveIn, MoveInRow
from accounts.models.people import names_of
from accounts.move_in_columns import COLUMNS
from accounts.move_in_reads import Judged, judged_rows, problems_in, tally, waiting
from accounts.move_in_words import caution, guardian_line, mistake, outcome
from accounts.practice_reads import standing_as
from accounts.visibility import viewer

PAGE = 25  # rows of a file on one page
HISTORY = 50  # files in the history
LISTED = 500  # rows left out, listed by number


@for_places("admin")
def move_in(request: HttpRequest) -> HttpResponse:
    """What it is, the template, the form, and what was brought in before."""
    practices = standing_as("admin")
    form = MoveInForm(practices=practices)
    if request.method == "POST":
        form = MoveInForm(request.POST, request.FILES, practices=practices)
        if form.is_valid():
            try:
                return redirect("move_in_file", take(practice=form.chosen, lines=form.cleaned_data["file"]).pk)
            except (IntegrityError, Over):  # the same form, sent twice at the same moment: the other one waits there
                return redirect("move_in")
    found = MoveIn.objects.visible().filter(practice__in=practices).defer("left_out")
    history = list(found.order_by("-uploaded_at", "pk")[:HISTORY])
    audit.record("move_in_read", practices=[where.pk for where in practices], request=request)
    context = {
        "form": form, "history": history, "names": names_of(each.uploaded_by_id for each in history),
        "waiting": waiting(viewer().places["admin"]), "several": len(practices) > 1,
        "practices": {where.pk: where.name for where in practices},
    }  # fmt: skip
    return render(request, "accounts/move_in.html", context)


@require_safe
@for_places("admin")
def move_in_template(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The headings and nothing else: an example row would be brought in one day. With the mark and the separator by which
    the spreadsheets of the reader's language open it as a table."""
    written = io.StringIO()
    csv.writer(written, delimiter=";" if get_language() == "es" else ",").writerow(COLUMNS)
    named = {"Content-Disposition": 'attachment; filename="carebridge-move-in.csv"'}
    return HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8", headers=named)


@by_itself(lambda request: bool(request.headers.get("HX-Request")))  # how far it is
@for_places("admin")
def move_in_file(request: HttpRequest, move: UUID) -> HttpResponse:
    """One file: its rows to choose from while it waits for the person who uploaded it, then how far it is, then what it came
    to. Other admins see counts alone."""
    found = get_object_or_404(MoveIn.objects.visible().select_related("practice"), pk=move)
    if found.status != MoveInStatus.CHECKED or found.uploaded_by_id != viewer().person_id:
        return how_far(request, found)
    if request.method == "POST":
        return chosen(request, found)
    asked = {"wrong": "wrong", "doubtful": "doubtful"}.get(request.GET.get("show", ""), "")
    rows = MoveInRow.objects.visible().filter(move=found).order_by("number")
    if asked == "wrong":
        rows = rows.exclude(problems=[])
    elif asked == "doubtful":
        rows = rows.filter(problems=[]).exclude(caution="")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page", "1"))
    judged = judged_rows(found.practice, list(page.object_list))
    people = [known.person.public_id for _row, one in judged for known in one.links.values()]
    children = [one.known.public_id for _row, one in judged if one.known]
    audit.record("move_in_read", practices=[found.practice_id], shown=[found.pk, *people, *children], request=request)
    shown = [(row, one, said_of(row, one)) for row, one in judged]
    context = {"move": found, "page": page, "shown": shown, "counts": tally(found), "asked": asked}
    return render(request, "accounts/move_in_file.html", context)


def said_of(row: MoveInRow, judged: Judged) -> dict[str, object]:
    """The words about a row."""
    stored = [mistake(row, problem) for problem in problems_in(row)]
    fresh = [mistake(row, problem) for problem in judged.problems]
    lines = [(one, *guardian_line(one, judged)) for one in judged.entry.guardians]
    return {"mistakes": list(dict.fromkeys(stored + fresh)), "caution": caution(row, judged), "guardians": lines}


def chosen(request: HttpRequest, move: MoveIn) -> HttpResponse:
    """Keep the ticks of a page, and go where the button leads."""
    try:
        choose(move=move, shown=numbers(request.POST.getlist("shown")), chosen=numbers(request.POST.getlist("row")))
    except Over:
        return redirect("move_in_file", move.pk)
    if "go" in request.POST:
        return redirect("move_in_start", move.pk)
    place = redirect("move_in_file", move.pk)
    page = numbers([request.POST.get("page", "")])
    show = request.POST.get("show", "")
    query = [f"show={show}"] if show in {"wrong", "doubtful"} else []
    place["Location"] += "?" + "&".join([*query, f"page={page[0] if page else 1}"])
    return place


def how_far(request: HttpRequest, move: MoveIn) -> HttpResponse:
    """Counts while it runs, and in the end; by number and reason what was left out."""
    context = {
        "move": move, "name": names_of([move.uploaded_by_id]).get(move.uploaded_by_id, ""),
        "running": move.status == MoveInStatus.RUNNING, "left_out": len(move.left_out),
        "listed": [(number, outcome(code)) for number, code in move.left_out[:LISTED]],
    }  # fmt: skip
    if not request.headers.get("HX-Request"):
        return render(request, "accounts/move_in_over.html", context)
    response = render(request, "accounts/move_in_over.html#progress", context)
    if not context["running"]:
        response["HX-Refresh"] = "true"
    return response


@for_places("admin")
def move_in_start(request: HttpRequest, move: UUID) -> HttpResponse:
    """What will be made, and the yes."""
    found = get_object_or_404(MoveIn.objects.visible().select_related("practice"), pk=move)
    if found.uploaded_by_id != viewer().person_id:
        raise Http404
    if found.status != MoveInStatus.CHECKED:  # said yes to before: the same answer again
        return redirect("move_in_file", found.pk)
    said = ""
    if request.method == "POST":
        try:
            start(move=found)
            return redirect("move_in_file", found.pk)
        except Over:
            return redirect("move_in_file", found.pk)
        except Busy:
            said = _("Another file is being brought in at the moment. Nothing is lost: try again when it is done.")
        except NothingChosen:
            said = _("No row is chosen. Choose at least one.")
    context = {"move": found, "counts": tally(found), "said": said}
    return render(request, "accounts/move_in_start.html", context)


@require_POST
@for_places("admin")
def move_in_discard(request: HttpRequest, move: UUID) -> HttpResponse:
    """Put a file aside."""
    found = get_object_or_404(MoveIn.objects.visible(), pk=move, uploaded_by_id=viewer().person_id)
    try:
        discard(move=found)
    except Over:
        return redirect("move_in_file", found.pk)
    messages.success(request, _("The file is put aside, and what it held is deleted. Nothing was brought in."))
    return redirect("move_in")
