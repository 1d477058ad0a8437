"""Logging a session and reading one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet, UUIDField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import about_child, by_itself
from accounts.actions.once import SentBefore
from accounts.models import Child, CircleRow, Person
from accounts.models.people import names_of
from accounts.visibility import viewer
from carebridge.lib.among import Among
from sessions_log.actions.notes import Stale
from sessions_log.actions.sessions import Written, log_session
from sessions_log.actions.unsent import discard_unsent, keep_unsent
from sessions_log.enums import ChoiceKind, DraftForm, MarkKind, NoteTemplate
from sessions_log.error_reads import enterable
from sessions_log.forms.common import sent_before
from sessions_log.forms.notes import BOXES, NoteForm, moved
from sessions_log.forms.sessions import SessionForm
from sessions_log.loop_reads import FromHome, choices_of, from_home, names_in
from sessions_log.models import (
    Addendum,
    Attendance,
    FormDraft,
    ProcessNote,
    ProgressNote,
    Release,
    Session,
    SessionRecord,
    Summary,
)
from sessions_log.note_reads import Layout, layouts
from sessions_log.reads import PAGE
from sessions_log.views import saving
from sessions_log.views.errors import confirm
from sessions_log.vocabulary import worded


def people_around(child: Child) -> list[Person]:
    """Who may have come besides the child: everyone with a family row that has begun, as the team sees them."""
    rows = CircleRow.objects.visible().filter(child=child, starts__lte=viewer().moment)
    family = rows.exclude(role__in=["therapist", "young_person"]).values("person_id")
    return list(Person.objects.visible().filter(pk__in=family).order_by("name", "pk"))


def released(summaries: list[Summary]) -> set[UUID]:
    """Those of the summaries that the viewer knows to have been released."""
    these = Among("summary_id", [summary.pk for summary in summaries], UUIDField())
    return set(Release.objects.visible().filter(these).values_list("summary_id", flat=True))


# --- Logging --------------------------------------------------------------------------------------------------------------

FACTS = ("held_at", "minutes", "child_attended", "attended", "form_key", "used")


@about_child("therapist")
def new(request: HttpRequest, child: Child) -> HttpResponse:
    """Log a session; or first go on with the form that was begun and not sent, or throw it away."""
    home, more = from_home(child)
    known, unsent = layouts(child), waiting(child)
    earlier: list[Session] = []
    if "use" in request.POST and keep(request, child, known):
        return redirect(reverse("session_new", args=[child.public_id]) + "?draft=continue#note")
    if request.method == "POST":
        form, note = session_form(child, home, data=request.POST), note_form(known, request.POST)
        if all([form.is_valid(), note.is_valid()]) and "use" not in request.POST:
            earlier = logged_since(child, form)
            session = None if earlier else log(child, form, note)
            if session:
                messages.success(request, _("The session is logged."))
                return redirect("session", child.public_id, session.pk)
            earlier = earlier or logged_with(child, form)
            renew_opened(form)
    elif unsent and request.GET.get("draft") != "continue":
        audit.record("form_read", child=child, request=request)
        return render(request, "sessions_log/session_unsent.html", {"child": child, "unsent": unsent})
    else:
        form = session_form(child, home, initial=begun(unsent) if unsent else {"held_at": just_now(), **opened()})
        note = note_begun(known, unsent)
    shown = [*(entry.update.pk for entry in home), *(item.pk for item in (unsent, *earlier) if item)]
    audit.record("form_read", child=child, shown=shown, request=request)
    beside = {"note_form": note, "layouts": known, "earlier": earlier}
    context = {"child": child, "form": form, "names": names_of(names_in(home)), **beside, **loop(home, more, form)}
    return render(request, "sessions_log/session_new.html", context)


def log(child: Child, form: SessionForm, note: NoteForm) -> Session | None:
    """Log what the two valid forms say; None, with the words still in their boxes, if the form came before with others."""
    data = form.cleaned_data
    written = Written()
    if not note.is_blank():
        written["note"] = note.words()
    if data["process"].strip():
        written["process"] = data["process"]
    if data["summary"].strip():
        written["summary"] = data["summary"]
    try:
        facts = {name: data[name] for name in FACTS}
        return log_session(child=child, record=form.record(), written=written, **facts)
    except SentBefore:
        sent_before(form)
        return None


def my_sessions(child: Child) -> QuerySet[Session]:
    """Those the viewer logged."""
    mine = Session.objects.visible().filter(child=child, therapist_id=viewer().person_id, error_at__isnull=True)
    found: QuerySet[Session] = mine.order_by("-logged_at", "-pk")
    return found


def logged_since(child: Child, form: SessionForm) -> list[Session]:
    """What the viewer logged with the child after this page was made, from another one: perhaps the same session."""
    data = form.cleaned_data
    if data["opened"] is None:
        return []
    return list(my_sessions(child).filter(logged_at__gt=data["opened"]).exclude(form_key=data["form_key"])[:PAGE])


def logged_with(child: Child, form: SessionForm) -> list[Session]:
    """What this very form has logged already."""
    return list(my_sessions(child).filter(form_key=form.cleaned_data["form_key"]))


def renew_opened(form: SessionForm) -> None:
    """What was logged meanwhile stands before the writer's eyes: the next sending counts from now."""
    data: Any = form.data
    data = data.copy()
    data["opened"] = opened()["opened"]
    form.data = data


def opened() -> dict[str, str]:
    """When a page is made, for its form."""
    return {"opened": viewer().moment.isoformat()}


def note_form(known: list[Layout], data: Any) -> NoteForm:
    """The progress note's part of the page that was sent."""
    return NoteForm(data, layout=offered(known, data.get("template", "")))


def note_begun(known: list[Layout], unsent: FormDraft | None) -> NoteForm:
    """The progress note's part as it stood; free text, before a template is chosen."""
    words = {name: given[0] for name, given in unsent.data.items() if given and name in BOXES} if unsent else {}
    layout = offered(known, words.get("template", ""))
    return NoteForm(layout=layout, initial=moved(words, layout))


def offered(known: list[Layout], key: str) -> Layout:
    """The layout with this key; free text when it is none any more: no word is lost over a template."""
    free = next(layout for layout in known if layout.template == NoteTemplate.FREE)
    return next((layout for layout in known if layout.key == key), free)


def session_form(child: Child, home: list[FromHome], **how: Any) -> SessionForm:
    """The form, with the people around the child, the practice's own words, and what came from home and is not used yet."""
    me = viewer()
    own = choices_of(child.practice_id, ChoiceKind.TECHNIQUE, ChoiceKind.THEME, ChoiceKind.SETTING)
    updates = [str(entry.update.pk) for entry in home if not entry.used_by(me.person_id)]
    return SessionForm(people=people_around(child), own=own, updates=updates, **how)


def loop(home: list[FromHome], more: bool, form: SessionForm | None = None) -> dict[str, Any]:
    """What the section "From home" shows: each update, with the box "used in this session" where there is a form for it."""
    boxes = {str(box.data["value"]): box for box in form["used"]} if form else {}
    return {
        "home": [(entry, boxes.get(str(entry.update.pk))) for entry in home],
        "more": more,
        "mark_kinds": MarkKind.choices,
    }


def just_now() -> datetime:
    """Now, on the last five minutes."""
    now = timezone.localtime(viewer().moment)
    return now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)


def waiting(child: Child) -> FormDraft | None:
    """The viewer's own unsent form of a session with the child, if any words wait in it."""
    mine = FormDraft.objects.visible().filter(author_id=viewer().person_id, child=child, form=DraftForm.SESSION)
    found: FormDraft | None = mine.exclude(data={}).first()
    return found


def begun(unsent: FormDraft) -> dict[str, Any]:
    """The unsent form as it stood."""
    several = {"attended", "used", "tapped_techniques", "tapped_themes", "tapped_affect"}
    words = {name: given if name in several else given[0] for name, given in unsent.data.items() if given}
    blank = dict.fromkeys(SessionForm.base_fields, "")
    attended = "child_attended" in words
    return {**blank, **words, **opened(), "child_attended": attended, "seen": unsent.saved_at.isoformat()}


def typed(request: HttpRequest, known: list[Layout]) -> dict[str, list[str]]:
    """The form as far as it is filled in, its note in the template that was tapped, if one was. PostgreSQL takes no NUL in a
    text; nobody types one."""
    names = (SessionForm.base_fields.keys() - {"seen", "opened"}) | set(BOXES)
    data = {
        name: [value.replace("\0", "") for value in request.POST.getlist(name)]
        for name in sorted(names & request.POST.keys())
    }
    if "use" in request.POST:
        words = {name: data.pop(name)[0] for name in BOXES if name in data}
        data |= {name: [value] for name, value in moved(words, offered(known, request.POST["use"])).items()}
    return data


def keep(request: HttpRequest, child: Child, known: list[Layout]) -> datetime | None:
    """Keep the form unsent; returns its version. None, and nothing is kept, if it was logged or changed in another window."""
    form = SessionForm(request.POST, people=())
    form.is_valid()
    key, seen = (form.cleaned_data.get(name) for name in ("form_key", "seen"))
    mine = Session.objects.visible().filter(therapist_id=viewer().person_id, form_key=key)
    if key is None or mine.exists():
        return None
    try:
        return keep_unsent(child=child, form=DraftForm.SESSION, data=typed(request, known), seen=seen)
    except Stale:
        return None


@require_POST
@by_itself()
@about_child("therapist")
def draft(request: HttpRequest, child: Child) -> HttpResponse:
    """Keep the form while it is being filled in."""
    saved = keep(request, child, layouts(child))
    if saved is None:
        return saving.stale()
    address = reverse("session_new", args=[child.public_id]) + "?draft=continue"
    return saving.saved(saved, address=address)


@require_POST
@about_child("therapist")
def afresh(request: HttpRequest, child: Child) -> HttpResponse:
    """Throw the unsent form away; begin a new one, or go back to the list of what is unfinished."""
    discard_unsent(child=child, form=DraftForm.SESSION)
    return redirect("unfinished") if "list" in request.POST else redirect("session_new", child.public_id)


# --- Reading --------------------------------------------------------------------------------------------------------------


@about_child("team", "family")
def read(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """A session: each layer the viewer may read, side by side. Rows choose themselves by their rules."""
    found = get_object_or_404(Session.objects.visible(), pk=session, child=child)
    notes = list(ProgressNote.objects.visible().filter(session=found).order_by("written_at", "pk"))
    process_notes = list(ProcessNote.objects.visible().filter(session=found).order_by("written_at", "pk"))
    summaries = list(Summary.objects.visible().filter(session=found).order_by("written_at", "pk"))
    attended = list(Attendance.objects.visible().filter(session=found).values_list("person_id", flat=True))
    is_team = viewer().stands_in("team", child.pk)
    home, more = from_home(child, found) if is_team else ([], False)
    written: list[ProgressNote | ProcessNote | Summary] = [*notes, *process_notes, *summaries]
    people = {found.therapist_id, found.error_by_id, *attended, *(item.author_id for item in written)}
    shown = [found.pk, *(item.pk for item in written), *(entry.update.pk for entry in home)]
    audit.record("session_read", child=child, shown=shown, request=request)
    context = {
        "child": child,
        "session": found,
        "record": record_of(found),
        "notes": notes,
        "process_notes": process_notes,
        "summaries": summaries,
        "shared": released(summaries),
        "child_attended": None in attended,
        "attended": [number for number in attended if number is not None],
        "names": names_of((people | names_in(home)) - {None}),
        "is_team": is_team,
        "is_therapist": viewer().stands_in("therapist", child.pk),
        "late": is_team and found.logged_at > found.held_at + timedelta(hours=child.practice.notes_due_hours),
        "to_correct": is_team and enterable(Session.objects.visible()).filter(pk=found.pk).exists(),
        **loop(home, more),
    }
    return render(request, "sessions_log/session_read.html", context)


def record_of(session: Session) -> dict[str, Any]:
    """The clinical record, if the viewer may read it, its words in the viewer's language."""
    record = SessionRecord.objects.visible().filter(session=session).first()
    if record is None:
        return {}
    return {
        "setting": worded(ChoiceKind.SETTING, record.setting),
        "techniques": [worded(ChoiceKind.TECHNIQUE, word) for word in record.techniques],
        "themes": [worded(ChoiceKind.THEME, word) for word in record.themes],
        "engagement": record.engagement,
        "affect": record.affect,
        "child_words": record.child_words,
        "child_choices": record.child_choices,
    }


@about_child("team")
def error(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """Enter a session in error; what is written on it goes along, as far as this person may enter it in error."""
    found = get_object_or_404(enterable(Session.objects.visible()), pk=session, child=child)
    also = [
        *enterable(Addendum.objects.visible()).filter(note__session=found),
        *enterable(ProgressNote.objects.visible()).filter(session=found),
        *enterable(ProcessNote.objects.visible()).filter(session=found),
        *enterable(Summary.objects.visible()).filter(session=found),
    ]
    back = reverse("session", args=[child.public_id, found.pk])
    return confirm(request, child=child, item=found, title=_("Session"), back=back, also=also)
