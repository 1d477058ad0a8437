"""A young person's own log-in: made by their therapist, in the room, without an e-mail (visibility.md, Growing up)."""

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.actions.invite import make_card
from accounts.definers import welcome
from accounts.enums import CircleChangeKind, CircleRole
from accounts.models import Child, CircleChange, CircleRow, Invitation
from accounts.visibility import enter, viewer
from accounts.young_reads import shares_an_address, young_of


class NotTheirsAlone(Exception):
    """An e-mail or telephone of the young person's is a guardian's too: whoever reads that mailbox would be let in."""


@transaction.atomic
def card_for(*, child: Child, name: str) -> tuple[Invitation, str]:
    """A card for the child's young person, with its code. Their log-in is made first if there is none; `name`: theirs.

    Raises NotTheirsAlone; DatabaseError where the kernel refuses.
    """
    Child.objects.visible().select_for_update(no_key=True).get(
        pk=child.pk
    )  # of two taps at once, the second finds the first
    young = young_of(child)
    if young and shares_an_address(child, young):
        raise NotTheirsAlone
    try:
        with transaction.atomic():
            person = young.person.pk if young else open_log_in(child, name)
            return make_card(child=child, person=person)
    except IntegrityError as error:
        raise NotTheirsAlone from error


def open_log_in(child: Child, name: str) -> int:
    """Someone new, tied to this child alone from this moment on. Nobody can sign in as them before the card is used."""
    me = viewer()
    person = welcome(child.practice, name=name, email="", phone="")
    about = {"practice_id": child.practice_id, "child_id": child.pk, "person_id": person}
    row = CircleRow.objects.create(role=CircleRole.YOUNG_PERSON, starts=me.moment, **about)
    CircleChange.objects.create(
        kind=CircleChangeKind.ADDED, row=row.pk, effective=me.moment, changed_by_id=me.person_id, changed_at=me.moment,
        **about,
    )  # fmt: skip
    audit.record("circle_changed", child=child, shown=[row.pk], data={"role": "young_person", "kind": "added"})
    enter(me.person_id, me.moment, me.only)
    return person
