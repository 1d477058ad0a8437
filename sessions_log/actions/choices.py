"""What a practice adds to the words it can tap."""

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import Practice
from accounts.visibility import viewer
from sessions_log.models import PracticeChoice


class There(Exception):
    """The practice has this word already."""


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
