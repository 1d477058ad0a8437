"""What came from home between two sessions, and the words a practice can tap."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, UUIDField

from accounts.models import Child
from carebridge.lib.among import Among
from sessions_log.enums import ChoiceKind
from sessions_log.models import HomeUpdate, Mark, PracticeChoice, Session, TakenOut
from sessions_log.models.home import Told
from sessions_log.reads import current_words, marks_standing

SHOWN = 10  # updates at once; the child's page has them all


@dataclass(frozen=True)
class FromHome:
    """An update as the therapist meets it at a session: its words as they stand now, and the team's marks."""

    update: HomeUpdate
    words: Told
    marks: list[Mark]

    def used_by(self, person_id: int | None) -> bool:
        """Whether this person has marked it as used already."""
        return any(mark.kind == "used" and mark.marked_by_id == person_id for mark in self.marks)


def from_home(child: Child, session: Session | None = None) -> tuple[list[FromHome], bool]:
    """The updates the viewer may read that were posted since the last session, newest first; and whether there are more.

    `session`: those before this session instead, since the one before it, and those used in it.
    """
    held = Session.objects.visible().filter(child=child, error_at__isnull=True)
    posted = Q()
    if session is not None:
        held = held.filter(held_at__lt=session.held_at)
        posted = Q(posted_at__lte=session.held_at)
    last = held.order_by("-held_at", "-pk").values_list("held_at", flat=True).first()
    if last is not None:
        posted &= Q(posted_at__gt=last)
    if session is not None:
        posted |= Q(pk__in=marks_standing().filter(session=session).values("update_id"))
    found = list(
        HomeUpdate.objects.visible()
        .filter(posted, ~TakenOut.known_of(), child=child)
        .order_by("-posted_at", "-pk")[: SHOWN + 1]
    )
    shown = found[:SHOWN]
    words, marks = current_words(shown), marks_on(shown)
    return [FromHome(item, words[item.pk], marks[item.pk]) for item in shown], len(found) > SHOWN


def marks_on(updates: list[HomeUpdate]) -> dict[UUID, list[Mark]]:
    """The marks that stand on each update, in the order they were made."""
    found: dict[UUID, list[Mark]] = defaultdict(list)
    keys = [update.pk for update in updates]
    for mark in marks_standing().filter(Among("update_id", keys, UUIDField())).order_by("marked_at", "pk"):
        found[mark.update_id].append(mark)
    return found


def names_in(home: list[FromHome]) -> set[int]:
    """Numbers of everyone named beside these updates."""
    return {entry.update.author_id for entry in home} | {mark.marked_by_id for entry in home for mark in entry.marks}


def choices_of(practice_id: int, *kinds: str) -> QuerySet[PracticeChoice]:
    """The words and templates the practice added and has not taken off, by kind and name."""
    found: QuerySet[PracticeChoice] = PracticeChoice.objects.visible().filter(
        practice_id=practice_id, kind__in=kinds or ChoiceKind.values, retired_at__isnull=True
    )
    return found.order_by("kind", "group", "name")
