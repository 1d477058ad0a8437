"""Children's cards: a new child comes into the practice; a card is put right."""

import hashlib
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from accounts import audit
from accounts.actions.circle import Stale
from accounts.models import Child, Practice
from accounts.visibility import viewer


class Twin(Exception):
    """A child of that name and birth date is here already."""

    def __init__(self, child: Child) -> None:
        super().__init__()
        self.child = child


def address_of(key: UUID) -> UUID:
    """The random id of the child this form of the viewer's makes: sent twice it is one child, and no form chooses an id."""
    digest = salted_hmac("carebridge.child", f"{viewer().person_id}:{key}", algorithm="sha256").digest()
    return UUID(bytes=digest[:16], version=4)


def add_child(*, practice: Practice, card: dict[str, Any], key: UUID, twin: bool) -> Child:
    """A new child, with nobody around it yet. `twin`: whoever asks knows of the other child. Raises Twin."""
    address = address_of(key)
    before: Child | None = Child.objects.visible().filter(public_id=address).first()
    if before is not None:
        return before
    here = Child.objects.visible().filter(practice=practice, date_of_birth=card["date_of_birth"])
    same: Child | None = here.filter(name__iexact=card["name"]).order_by("pk").first()
    if same is not None and not twin:
        raise Twin(same)
    try:
        with transaction.atomic():
            child: Child = Child.objects.create(practice=practice, public_id=address, **card)
            audit.record("child_added", child=child, shown=[child.public_id])
    except IntegrityError:  # the same form at the same moment
        other: Child = Child.objects.visible().get(public_id=address)
        return other
    return child


def seal_of(child: Child) -> str:
    """A mark of the card as it stands."""
    text = "\0".join([child.name, child.date_of_birth.isoformat(), child.pronouns, child.about_me])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@transaction.atomic
def change_card(*, child: Child, card: dict[str, Any], seen: str) -> bool:
    """Put a card right. Returns whether anything is different. Raises Stale when another card stands there than was looked at."""
    held = Child.objects.visible().select_for_update().get(pk=child.pk)
    changed = sorted(name for name, value in card.items() if getattr(held, name) != value)
    if not changed:
        return False
    if seal_of(held) != seen:
        raise Stale
    Child.objects.filter(pk=child.pk).update(**card)
    audit.record("child_changed", child=child, shown=[child.public_id], data={"columns": changed})
    return True
