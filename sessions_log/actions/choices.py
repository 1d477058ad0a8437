"""What a practice adds to the words it can tap."""

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import Practice
from accounts.visibility import viewer
from sessions_log.models import PracticeChoice


class There(Exception):
    """The practice has this word already."""


class Gone(Exception):
    """Somebody else took it off meanwhile."""


@transaction.atomic
def add_choice(*, practice: Practice, kind: str, name: str, group: str, sections: list[str]) -> PracticeChoice:
    """Add a word or a template for everyone in the practice. Raises There when it stands already."""
    me = viewer()
    try:
        with transaction.atomic():
            choice: PracticeChoice = PracticeChoice.objects.create(
                practice=practice, kind=kind, name=name, group=group, sections=sections, added_by_id=me.person_id,
                added_at=me.moment,
            )  # fmt: skip
    except IntegrityError:
        raise There from None
    audit.record("choice_added", practices=[practice.pk], shown=[choice.pk], data={"kind": kind})
    return choice


@transaction.atomic
def retire_choice(*, choice: PracticeChoice) -> None:
    """Take it off the pages. What was written with it keeps its words; taking it off twice is once."""
    if PracticeChoice.objects.filter(pk=choice.pk, retired_at__isnull=True).update(retired_at=viewer().moment):
        audit.record("choice_retired", practices=[choice.practice_id], shown=[choice.pk], data={"kind": choice.kind})


@transaction.atomic
def change_choice(*, choice: PracticeChoice, name: str, group: str, sections: list[str]) -> None:
    """Another name, group or sections from now on: the word goes and a new one stands in its place, since notes keep the words
    they were written under. Raises There, and Gone."""
    if (choice.name, choice.group, choice.sections) == (name, group, sections):
        return
    me = viewer()
    try:
        with transaction.atomic():
            if not PracticeChoice.objects.filter(pk=choice.pk, retired_at__isnull=True).update(retired_at=me.moment):
                raise Gone
            made = copied(choice, name=name, group=group, sections=sections)
    except IntegrityError:
        raise There from None
    data = {"kind": choice.kind}
    audit.record("choice_renamed", practices=[choice.practice_id], shown=[choice.pk, made.pk], data=data)


@transaction.atomic
def bring_back(*, choice: PracticeChoice) -> None:
    """A word that was taken off stands on the pages again. Raises There when it does already."""
    try:
        with transaction.atomic():
            made = copied(choice, name=choice.name, group=choice.group, sections=choice.sections)
    except IntegrityError:
        raise There from None
    data = {"kind": choice.kind}
    audit.record("choice_brought_back", practices=[choice.practice_id], shown=[choice.pk, made.pk], data=data)


def copied(choice: PracticeChoice, *, name: str, group: str, sections: list[str]) -> PracticeChoice:
    """A new row of the same kind and practice, by the viewer now."""
    me = viewer()
    made: PracticeChoice = PracticeChoice.objects.create(
        practice_id=choice.practice_id, kind=choice.kind, name=name, group=group, sections=sections,
        added_by_id=me.person_id, added_at=me.moment,
    )  # fmt: skip
    return made
