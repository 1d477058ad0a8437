"""What a first page tells of what happened: what is new for a family, what waits for a therapist.

Every look-up starts from the rule, speaks of the children named, and is bounded in time and number (experience.md, Today).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    When,
)
from django.db.models import Value as V
from django.db.models.functions import Coalesce

from accounts.visibility import Compiled, mine, viewer
from carebridge.lib.among import Among
from sessions_log.enums import UpdateKind
from sessions_log.models import (
    HomeUpdate,
    Look,
    ProgressNote,
    Release,
    Reply,
    Session,
    Sharing,
    Summary,
    TakenOut,
    UpdateEdit,
)
from sessions_log.reads import Answers, answers_to, current_words, marks_standing

FEW = 5  # lines of a list on the first page
NEW_FOR = timedelta(days=90)  # what is older is no news, however long somebody stayed away
WAITED_FOR = timedelta(days=21)  # an update without an answer, a session without a note


def about(children: Iterable[int]) -> Among:
    """The row is about one of the children."""
    return Among("child_id", sorted(children), BigIntegerField())


# --- A family's side ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """One thing that reached the viewer since they last looked. `id`: of the item to open; `shown`: ids of all rows behind
    the line; `words`: how it begins, none for a session."""

    kind: str
    moment: datetime
    id: UUID
    child_id: int
    author_id: int
    words: str = ""
    tag: str = ""
    shown: tuple[UUID, ...] = field(default=())


def looked() -> Subquery:
    """When the viewer last looked at the child."""
    mine_here = Look.objects.visible().filter(mine("person_id"), child_id=OuterRef("child_id"))
    return Subquery(mine_here.values("looked_at")[:1])


def fresh(rows: QuerySet[Any], moment: str, children: Iterable[int]) -> QuerySet[Any]:
    """Rows about the children whose moment is later than the viewer's last look at that child, newest first."""
    me = viewer()
    oldest = me.moment - NEW_FOR
    late = rows.filter(about(children), **{f"{moment}__gt": oldest})
    since = late.annotate(since=Coalesce(Compiled(rows.model, looked, DateTimeField()), V(oldest)))
    newest: QuerySet[Any] = since.filter(**{f"{moment}__gt": F("since")}).order_by(f"-{moment}", "-pk")
    return newest[: FEW + 1]


def news(children: Iterable[int]) -> tuple[list[News], bool]:
    """What reached the viewer since they last looked, newest first, from others than themselves; and whether there is more.

    A summary or update stands where it reached them: at its release or sharing.
    """
    children = sorted(children)
    me = viewer().person_id
    sessions = fresh(Session.objects.visible().filter(error_at__isnull=True), "moment", children)
    released = list(fresh(Release.objects.visible().filter(Release.standing_to_me()), "released_at", children))
    shared = list(fresh(Sharing.objects.visible().filter(Sharing.standing_to_me()), "shared_at", children))
    replies = Reply.objects.visible().filter(error_at__isnull=True).exclude(author_id=me)
    found = [News("session", s.moment, s.pk, s.child_id, s.therapist_id, shown=(s.pk,)) for s in sessions]
    found += summaries_in(released) + updates_in(shared)
    found += [
        News("reply", r.posted_at, r.update_id, r.child_id, r.author_id, r.body, shown=(r.pk,))
        for r in fresh(replies, "posted_at", children)
    ]
    found.sort(key=lambda item: (item.moment, item.id), reverse=True)
    return found[:FEW], len(found) > FEW


def latest_summary(children: Iterable[int]) -> list[News]:
    """The newest summary that reached the viewer, whether it is new or not: what may help at home. One or none."""
    mine = Release.objects.visible().filter(Release.standing_to_me(), about(children)).order_by("-released_at", "-pk")
    return summaries_in(list(mine[:1]))


def summaries_in(released: list[Release]) -> list[News]:
    """The summaries that were released, as far as the viewer may read them."""
    these = Among("id", [row.summary_id for row in released], UUIDField())
    bodies = {summary.pk: summary for summary in Summary.objects.visible().filter(these)}
    return [
        News("summary", r.released_at, r.summary_id, r.child_id, r.released_by_id, bodies[r.summary_id].body,
             shown=(r.summary_id,))
        for r in released if r.summary_id in bodies
    ]  # fmt: skip


def updates_in(shared: list[Sharing]) -> list[News]:
    """The updates that were shared, in the words that stand now."""
    these = Among("id", [row.update_id for row in shared], UUIDField())
    updates = {update.pk: update for update in HomeUpdate.objects.visible().filter(these)}
    words = current_words(list(updates.values()))
    return [
        News("update", s.shared_at, s.update_id, s.child_id, s.shared_by_id, words[s.update_id].body,
             str(UpdateKind(words[s.update_id].kind).label), (s.update_id, words[s.update_id].pk))
        for s in shared if s.update_id in updates
    ]  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """An update of the viewer's own that has no reply yet. `due`: when the practice says one comes at the latest."""

    update: HomeUpdate
    words: str
    answers: Answers
    due: datetime
    late: bool


def has_no_reply() -> Q:
    """The viewer's own update stands, and they can read no reply to it."""
    replied = Reply.objects.visible().filter(
        update=OuterRef("pk"), child_id=OuterRef("child_id"), error_at__isnull=True
    )
    return mine("author_id") & ~Q(Exists(replied)) & ~Q(TakenOut.known_of())


def unanswered(children: Iterable[int]) -> list[Sent]:
    """The viewer's newest updates without a reply they can read: whether they were seen, and when a reply is due."""
    me = viewer()
    sent = HomeUpdate.objects.visible().filter(about(children), Compiled(HomeUpdate, has_no_reply))
    recent = sent.filter(posted_at__gt=me.moment - WAITED_FOR).annotate(hours=F("practice__reply_within_hours"))
    updates = list(recent.order_by("-posted_at", "-pk")[:3])
    words, answers = current_words(updates), answers_to(updates)
    found = []
    for update in updates:
        due = update.posted_at + timedelta(hours=update.hours)
        found.append(Sent(update, words[update.pk].body, answers[update.pk], due, me.moment > due))
    return found


# --- A therapist's side ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FromHome:
    """An update the viewer has not marked or answered. `item`, `words`, `answers`: as on a child's stream."""

    item: HomeUpdate
    words: Any
    answers: Answers

    @property
    def tag(self) -> str:
        """What it is about, in a word."""
        return str(UpdateKind(self.words.kind).label)


def is_unmarked() -> Q:
    """The viewer has neither marked nor answered the update as it reads now.

    An update whose words changed after the mark is there again, and so is one whose mark they took back.
    """
    later = UpdateEdit.objects.visible().filter(
        update=OuterRef("update_id"), child_id=OuterRef("child_id"), edited_at__gt=OuterRef("marked_at")
    )
    marked = marks_standing().filter(
        mine("marked_by_id"), ~Exists(later), update=OuterRef("pk"), child_id=OuterRef("child_id")
    )
    replied = Reply.objects.visible().filter(
        mine("author_id"), update=OuterRef("pk"), child_id=OuterRef("child_id"), error_at__isnull=True
    )
    return ~Q(Exists(marked)) & ~Q(Exists(replied)) & ~Q(TakenOut.known_of())


def kind_now() -> Coalesce:
    """What the update is, in the wording that stands for the viewer."""
    last = UpdateEdit.objects.visible().filter(update=OuterRef("pk"), child_id=OuterRef("child_id"))
    return Coalesce(Subquery(last.order_by("-edited_at", "-pk").values("kind")[:1]), "kind")


def unmarked(children: Iterable[int]) -> QuerySet[HomeUpdate]:
    """Updates the viewer has neither marked nor answered as they read now, worries first, then the newest."""
    worry = Case(When(kind_now=UpdateKind.WORRY, then=V(True)), default=V(False), output_field=BooleanField())
    found: QuerySet[HomeUpdate] = (
        HomeUpdate.objects.visible()
        .filter(about(children), Compiled(HomeUpdate, is_unmarked))
        .filter(posted_at__gt=viewer().moment - NEW_FOR)
        .annotate(kind_now=Compiled(HomeUpdate, kind_now, CharField()))
        .annotate(worry=worry)
        .order_by("-worry", "-posted_at", "-pk")
    )
    return found


def from_home(updates: Iterable[HomeUpdate]) -> list[FromHome]:
    """The updates with their words as they stand and what the team did with them."""
    updates = list(updates)
    words, answers = current_words(updates), answers_to(updates)
    return [FromHome(update, words[update.pk], answers[update.pk]) for update in updates]


def noted() -> QuerySet[ProgressNote]:
    """The viewer's notes of the session that stand."""
    notes = ProgressNote.objects.visible().filter(
        mine("author_id"), session=OuterRef("pk"), child_id=OuterRef("child_id"), error_at__isnull=True
    )
    found: QuerySet[ProgressNote] = notes
    return found


def is_begun() -> Q:
    """The viewer began a note of the session."""
    return Q(Exists(noted()))


def is_signed() -> Q:
    """The viewer signed a note of the session."""
    return Q(Exists(noted().filter(signed_at__isnull=False)))


def held(children: Iterable[int], since: datetime, until: datetime) -> list[Any]:
    """Sessions held in [since, until), in order, each with whether the viewer's note of it is `begun` and `signed`."""
    rows = Session.objects.visible().filter(
        about(children), held_at__gte=since, held_at__lt=until, error_at__isnull=True
    )
    told = rows.annotate(begun=Compiled(Session, is_begun), signed=Compiled(Session, is_signed))
    return list(told.order_by("held_at", "pk")[:20])


def is_unwritten() -> Q:
    """The viewer's own session that stands, and no note of theirs is about it."""
    return mine("therapist_id") & Q(error_at__isnull=True) & ~Q(Exists(noted()))


def without_note(children: Iterable[int]) -> list[Session]:
    """The viewer's own recent sessions that no progress note of theirs is about, the oldest first, one more than shown."""
    rows = Session.objects.visible().filter(
        about(children), Compiled(Session, is_unwritten), held_at__gt=viewer().moment - WAITED_FOR
    )
    return list(rows.order_by("held_at", "pk")[: FEW + 1])
