"""The first page after signing in: for each role what waits and what is new, made of every room (experience.md, Today)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts import audit
from accounts.access import for_places
from accounts.models import Child
from accounts.models.people import names_of
from accounts.notice_reads import Said, waiting
from accounts.practice_reads import to_review as to_look_at
from accounts.today_reads import (
    alone,
    cards,
    changed_people,
    children_in,
    people_waiting,
    shut_out,
    to_review,
    without_factor,
)
from accounts.views.practice import asked_for
from accounts.visibility import viewer
from sessions_log.actions.summaries import mark_read
from sessions_log.enums import MarkKind
from sessions_log.models import Release
from sessions_log.note_reads import waiting_for_me
from sessions_log.reads import EXCERPT, PAGE
from sessions_log.today_reads import FEW, from_home, held, latest_summary, news, unanswered, unmarked, without_note
from sessions_log.views.shared import entries_of, named_in

DAY = timedelta(days=1)
LONGER = 400  # characters of the summary that stands by itself
CHILDREN = 30  # on the first page; the rest is one tap away


class Shown:
    """The rows a page shows, by the child they are about, and the people it names: for the trail and for the look-up of
    names."""

    def __init__(self) -> None:
        self.ids: dict[int, list[UUID]] = defaultdict(list)
        self.people: set[int] = set()

    def add(self, child: int, *ids: UUID, people: Iterable[int] = ()) -> None:
        """Rows about one child, and who is named with them."""
        self.ids[child] += ids
        self.people |= set(people)

    def record(self, request: HttpRequest, action: str, children: dict[int, Child]) -> None:
        """One row of the trail for each child."""
        shown = {children[number]: [children[number].public_id, *ids] for number, ids in self.ids.items()}
        audit.record_each(action, shown, request=request)


@for_places()
def today(request: HttpRequest) -> HttpResponse:
    """What there is to do and what is new, and the way to each child. Every list is short; a longer one is a tap away."""
    me, shown = viewer(), Shown()
    if not (me.practices or me.closed_to or me.operator):
        audit.record("home_read", request=request)
        return render(request, "pages/no_access.html")
    told = notices_waiting(shown)
    mine = list(children_in("team", "own")[: CHILDREN + 1])
    for child in mine[:CHILDREN]:
        shown.add(child.pk)
    context: dict[str, Any] = {}
    if me.stands_anywhere_in("own"):
        context |= family_side(shown)
    if me.stands_anywhere_in("young"):
        context |= young_side(shown)
    if me.stands_anywhere_in("team"):
        context |= team_side(shown)
    if me.stands_anywhere_in("admin"):
        context |= office_side()
    if me.stands_anywhere_in("lead"):
        context |= lead_side(shown)
    if me.stands_anywhere_in("admin", "lead"):
        context |= {"policies_due": to_look_at(), "today": timezone.localdate(me.moment)}
    children = {child.pk: child for child in mine} | cards(shown.ids.keys() - {child.pk for child in mine})
    context |= {
        "children": children,
        "team": [child for child in mine[:CHILDREN] if me.stands_in("team", child.pk)],
        "treated": [child for child in mine[:CHILDREN] if me.stands_in("therapist", child.pk)],
        "family": [child for child in mine[:CHILDREN] if me.stands_in("own", child.pk)],
        "more_children": len(mine) > CHILDREN,
        "closed_to": me.closed_to,
        "notices_waiting": told,
        "names": names_of(shown.people),
        "moment": me.moment,
        "mark_kinds": MarkKind.choices,
    }
    shown.record(request, "home_read", children)
    return render(request, "pages/today.html", context)


def notices_waiting(shown: Shown) -> list[Said]:
    """What one was told and has not read."""
    found = waiting()
    for one in found:
        if one.child:
            shown.add(one.child.pk, one.notice.pk)
    return found


def family_side(shown: Shown) -> dict[str, Any]:
    """What is new since one looked, what may help at home, and when a reply comes."""
    own = viewer().places["own"]
    found, more = news(own)
    waiting, latest = unanswered(own), latest_summary(own)
    for item in found + latest:
        shown.add(item.child_id, *item.shown, people=[item.author_id])
    for sent in waiting:
        shown.add(sent.update.child_id, sent.update.pk)
    lines = [(item, EXCERPT) for item in found] + [(item, LONGER) for item in latest]
    mark_read(item.id for item, size in lines if item.kind == "summary" and len(item.words) <= size)
    return {"news": found, "more_news": more, "waiting": waiting, "latest": latest}


def young_side(shown: Shown) -> dict[str, Any]:
    """What was shared about the young person, the newest first: with whom, and whether they had agreed."""
    rows = Release.objects.visible().filter(child__in=viewer().places["young"]).order_by("-released_at", "-pk")
    shared = entries_of(list(rows[:3]))
    for entry in shared:
        shown.add(entry.release.child_id, entry.release.pk)
    shown.people |= named_in(shared)
    return {"shared": shared}


def team_side(shown: Shown) -> dict[str, Any]:
    """A therapist's day: sessions, what came from home, what is unfinished. A supervisor's: what waits for them."""
    treated = viewer().places["therapist"]
    begins, ends = local_day(viewer().moment)
    sessions, unwritten = held(treated, begins, ends), without_note(treated)
    updates = list(unmarked(treated)[: FEW + 1])
    came = from_home(updates[:FEW])
    for session in [*sessions, *unwritten[:FEW]]:
        shown.add(session.child_id, session.pk)
    for entry in came:
        shown.add(entry.item.child_id, entry.item.pk, entry.words.pk, people=[entry.item.author_id])
    return {
        "sessions": sessions,
        "unwritten": unwritten[:FEW],
        "more_unwritten": len(unwritten) > FEW,
        "came": came,
        "more_came": len(updates) > FEW,
        **unfinished(shown),
    }


def unfinished(shown: Shown) -> dict[str, Any]:
    """The notes that wait for the viewer: given back, to co-sign, begun; the longest due first."""
    me = viewer()
    notes: list[Any] = list(waiting_for_me()[: FEW + 1])
    for note in notes[:FEW]:
        note.overdue, note.to_cosign = note.due_at < me.moment, note.author_id != me.person_id
        shown.add(note.child_id, note.pk, people=[note.author_id])
    return {"notes": notes[:FEW], "more_notes": len(notes) > FEW}


def office_side() -> dict[str, Any]:
    """Who waits, which accounts to look at, and which children nobody treats."""
    return {
        "waiting_people": people_waiting(), "without_factor": without_factor(), "shut_out": shut_out(),
        "changed_people": changed_people(), "alone": alone(),
    }  # fmt: skip


def lead_side(shown: Shown) -> dict[str, Any]:
    """Quiet and closed access that somebody should look at again."""
    reviews = to_review()
    for restriction in reviews:
        shown.add(restriction.child_id, restriction.pk, people=[restriction.person_id])
    return {"reviews": reviews}


def local_day(moment: datetime) -> tuple[datetime, datetime]:
    """Where the viewer's day begins and ends, in their own time zone."""
    today = timezone.localdate(moment)
    midnight, next_one = (
        datetime.combine(day, time(), timezone.get_current_timezone()) for day in (today, today + DAY)
    )
    return midnight, next_one


@for_places("therapist")
def came(request: HttpRequest) -> HttpResponse:
    """Everything from home the therapist has not marked or answered, page by page."""
    page = Paginator(unmarked(viewer().places["therapist"]), PAGE).get_page(request.GET.get("page"))
    entries, shown = from_home(page.object_list), Shown()
    for entry in entries:
        shown.add(entry.item.child_id, entry.item.pk, entry.words.pk, people=[entry.item.author_id])
    children = cards(shown.ids)
    context = {
        "page": page,
        "came": entries,
        "children": children,
        "names": names_of(shown.people),
        "mark_kinds": MarkKind.choices,
    }
    shown.record(request, "from_home_read", children)
    return render(request, "pages/came.html", context)


@for_places("team", "own")
def children(request: HttpRequest) -> HttpResponse:
    """Every child the viewer has to do with, by name, page by page."""
    query, number = asked_for(request)
    found = children_in("team", "own")
    page = Paginator(found.filter(name__icontains=query) if query else found, PAGE).get_page(number)
    shown = Shown()
    for child in page.object_list:
        shown.add(child.pk)
    shown.record(request, "children_read", {child.pk: child for child in page.object_list})
    return render(request, "pages/children.html", {"page": page, "query": query})
