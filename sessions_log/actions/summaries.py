"""Writing a summary, recording the child's wish, releasing to chosen readers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import UUIDField

from accounts import audit
from accounts.actions.once import insert_once
from accounts.enums import CircleRole
from accounts.models import Child
from accounts.reads import Reader, let_in
from accounts.visibility import acting_as, viewer
from carebridge.lib.among import Among
from sessions_log.actions.notes import Stale
from sessions_log.enums import WishKind
from sessions_log.models import Override, Reading, Release, Session, Summary, Wish
from sessions_log.summary_reads import wish_of


class Refused(Exception):
    """A release that may not be made. The code says why: not_choosable, against_wish, quiet."""

    def __init__(self, code: str, person_id: int) -> None:
        super().__init__(code)
        self.code = code
        self.person_id = person_id


@transaction.atomic
def write_summary(*, child: Child, session: Session, body: str, form_key: UUID) -> Summary:
    """A summary, with the child's wish as not asked yet. Nobody of the family reads it before a release."""
    me = viewer()
    placed = {"practice_id": child.practice_id, "child_id": child.pk}
    summary, fresh = insert_once(
        Summary(
            **placed, session=session, author_id=me.person_id, body=body, written_at=me.moment,
            changed_at=me.moment, form_key=form_key,
        ),
        author="author_id",
    )  # fmt: skip
    if fresh:
        Wish.objects.create(
            **placed, summary=summary, kind=WishKind.NOT_ASKED, recorded_by_id=me.person_id, recorded_at=me.moment
        )
        audit.record("summary_written", child=child, shown=[summary.pk])
    return summary


@transaction.atomic
def change_summary(
    *, child: Child, summary: Summary, body: str, seen: datetime | None, by_hand: bool = True
) -> datetime:
    """Replace an unreleased summary's text, if it still is what the writer saw or says the same already.

    Returns its version from now on. Raises Stale. `by_hand`: not the page saving by itself, which leaves no audit row.
    """
    said: datetime | None = (
        Summary.objects.visible().filter(pk=summary.pk, body=body).values_list("changed_at", flat=True).first()
    )
    moment = max(
        viewer().moment, summary.changed_at + timedelta(microseconds=1)
    )  # every version has a moment of its own
    if said is None and not Summary.objects.filter(pk=summary.pk, changed_at=seen or moment).update(
        body=body, changed_at=moment
    ):
        raise Stale
    if by_hand:
        audit.record("summary_changed", child=child, shown=[summary.pk])
    return said or moment


@transaction.atomic
def keep_words(*, child: Child, session: Session, body: str, form_key: UUID, seen: datetime | None) -> Summary:
    """What a page saves by itself before it knows the summary's address: the first words make it. Raises Stale."""
    me = viewer()
    mine = Summary.objects.visible().filter(author_id=me.person_id, form_key=form_key, session=session).first()
    if mine is None:
        return write_summary(child=child, session=session, body=body, form_key=form_key)
    mine.changed_at = change_summary(child=child, summary=mine, body=body, seen=seen, by_hand=False)
    return mine


@transaction.atomic
def record_wish(
    *, child: Child, summary: Summary, kind: str, not_to: list[int], asked: bool, seen: datetime | None
) -> None:
    """What the child said about sharing this summary: a row of its own after those before. An answer is given when it is
    recorded; `asked` says the same of "ask me first", which is no answer about this summary without it.

    `seen`: when the wish that the writer saw was recorded. Raises Stale if a newer one has been recorded since.
    """
    me, before = viewer(), wish_of(summary)
    if seen is not None and (before is None or before.recorded_at != seen):
        raise Stale
    answered = kind in {WishKind.MAY_SHARE, WishKind.NOT_TO, WishKind.NOBODY} or (asked and kind == WishKind.ASK_ME)
    try:
        with transaction.atomic():
            Wish.objects.create(
                practice_id=child.practice_id, child=child, summary=summary, replaces=before, kind=kind,
                not_to=sorted(not_to), asked_at=me.moment if answered else None, recorded_by_id=me.person_id,
                recorded_at=me.moment,
            )  # fmt: skip
    except IntegrityError:  # another answer came in between
        raise Stale from None
    audit.record(
        "wish_recorded", child=child, shown=[summary.pk],
        data={
            "before": before and {"kind": before.kind, "not_to": before.not_to},
            "after": {"kind": kind, "not_to": sorted(not_to)},
        },
    )  # fmt: skip


def against_wish(*, child: Child, wish: Wish | None, reader: Reader, moment: datetime) -> bool:
    """From the practice's assent age on, the wish binds releases to adults; below it, it is shown, not enforced."""
    if not reader.adult or moment < child.comes_of(child.practice.assent_age):
        return False
    return wish is None or wish.forbids(reader.person.pk)


@transaction.atomic
def release_summary(
    *, child: Child, summary: Summary, readers: Iterable[Reader], ground: str = "", explanation: str = "",
    send_anyway: bool = False,
) -> list[Reader]:  # fmt: skip
    """Release to the chosen readers, all or none; returns those it does not reach (quiet), for the therapist to know.

    Raises Refused for a reader who cannot be chosen, a helper whose consent has ended since the page was made among them; who
    the child does not wish to read it, unless `ground` (a coded OverrideGround) and `explanation` (how it was explained to
    the child) are given; or who is quiet, unless `send_anyway`. A reader whose release stands already is left as they are;
    one whom it does not reach, though they could be reached now, is given a new one, dated now.
    """
    me = viewer()
    wish = wish_of(summary)
    placed = {"practice_id": child.practice_id, "child_id": child.pk}
    helpers = let_in(child)
    standing = {
        release.recipient_id: release
        for release in Release.objects.visible().filter(summary=summary, withdrawn_at__isnull=True)
    }
    not_reached = []
    for reader in readers:
        if reader.person.pk in standing:
            if reaches(summary=summary, person_id=reader.person.pk):
                continue
            if reader.quiet or not reader.choosable:
                not_reached.append(reader)
                continue
            withdraw_release(child=child, release=standing[reader.person.pk])
        if not reader.choosable or (reader.role == CircleRole.HELPER and reader.person.pk not in helpers):
            raise Refused("not_choosable", reader.person.pk)
        if reader.quiet and not send_anyway:
            raise Refused("quiet", reader.person.pk)
        overridden = against_wish(child=child, wish=wish, reader=reader, moment=me.moment)
        if overridden and not (ground and explanation):
            raise Refused("against_wish", reader.person.pk)
        release = Release.objects.create(
            **placed, summary=summary, recipient_id=reader.person.pk, released_by_id=me.person_id,
            released_at=me.moment,
        )  # fmt: skip
        if overridden:
            Override.objects.create(**placed, release=release, ground=ground, explanation=explanation)
        audit.record(
            "summary_released", child=child, shown=[summary.pk, release.pk],
            data={"to": reader.person.pk, "override": ground if overridden else "", "quiet": reader.quiet},
        )  # fmt: skip
        if not reaches(summary=summary, person_id=reader.person.pk):
            not_reached.append(reader)
    hold_now()
    return not_reached


@transaction.atomic
def withdraw_release(*, child: Child, release: Release) -> bool:
    """Take a summary back from one reader: from this transaction on they find it nowhere. Twice is once."""
    me = viewer()
    taken = Release.objects.filter(pk=release.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=me.moment, withdrawn_by_id=me.person_id
    )
    if taken:
        data = {"from": release.recipient_id}
        audit.record("release_withdrawn", child=child, shown=[release.summary_id, release.pk], data=data)
    return bool(taken)


def hold_now() -> None:
    """Let the database check the wish here, where the answer can be told, and not at the commit."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        raise Refused("against_wish", 0) from error


def reaches(*, summary: Summary, person_id: int) -> bool:
    """Whether the person can read the summary now, asked of the rule itself by standing in their place."""
    with acting_as(person_id, viewer().moment):
        return bool(Summary.objects.visible().filter(pk=summary.pk).exists())


def mark_read(summaries: Iterable[UUID]) -> None:
    """Note when the recipient was first shown the whole text of each. Nothing happens for anyone else, or again.

    In the transaction of the page that shows them, without a savepoint: they are shown and noted together or not at all.
    """
    me = viewer()
    mine = Release.objects.visible().filter(
        Among("summary_id", list(summaries), UUIDField()), recipient_id=me.person_id, withdrawn_at__isnull=True
    )
    unread = mine.filter(reading__isnull=True).values_list("pk", "practice_id", "child_id")
    Reading.objects.bulk_create(
        [
            Reading(practice_id=practice, child_id=child, release_id=pk, reader_id=me.person_id, read_at=me.moment)
            for pk, practice, child in unread
        ],
        ignore_conflicts=True,  # opened in two windows at once: the first one counts
    )  # fmt: skip
