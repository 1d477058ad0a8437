"""Offering a draft for co-signing, taking it back, co-signing it or giving it back (docs/adr/0005)."""

from django.db import transaction

from accounts import audit
from accounts.models import Child, Person
from accounts.visibility import acting_as, viewer
from sessions_log.actions.notes import Offered, Stale, put_signature, sections_hash
from sessions_log.enums import CoSignKind
from sessions_log.models import CoSignature, NoteOffer, ProgressNote
from sessions_log.note_reads import offer_of, offers


def hold(note: ProgressNote) -> ProgressNote:
    """The draft as it is now, held until the transaction ends: offering, taking back and answering wait for each other.

    Raises Stale when there is no such draft any more.
    """
    rows = ProgressNote.objects.visible().select_related("session").select_for_update(of=("self",))
    held: ProgressNote | None = rows.filter(pk=note.pk, signed_at__isnull=True, error_at__isnull=True).first()
    if held is None:
        raise Stale
    return held


@transaction.atomic
def offer_note(*, child: Child, note: ProgressNote, to: Person) -> NoteOffer:
    """Offer one's draft to a supervisor: the author's word to sign it once it is co-signed.

    Whoever gave it back before stops reading it, unless it is offered to them again. Raises Stale when it is no draft any
    more, Offered when it waits for an answer already.
    """
    me, held = viewer(), hold(note)
    if offer_of(held) is not None:
        raise Offered
    NoteOffer.objects.filter(note=held, withdrawn_at__isnull=True).update(withdrawn_at=me.moment)
    offer: NoteOffer = NoteOffer.objects.create(
        practice_id=child.practice_id, child=child, note=held, offered_by_id=me.person_id, person=to,
        offered_at=me.moment,
    )  # fmt: skip
    audit.record("note_offered", child=child, shown=[held.pk, offer.pk], data={"to": to.pk})
    return offer


@transaction.atomic
def take_back(*, child: Child, note: ProgressNote) -> None:
    """Take one's offer back. Raises Stale when it has been answered or taken back already."""
    offer = offer_of(hold(note))
    if offer is None:
        raise Stale
    NoteOffer.objects.filter(pk=offer.pk).update(withdrawn_at=viewer().moment)
    audit.record("note_taken_back", child=child, shown=[note.pk, offer.pk], data={"from": offer.person_id})


@transaction.atomic
def cosign(*, child: Child, note: ProgressNote, sha256: str) -> ProgressNote:
    """Co-sign the text that was shown (`sha256`) and with it sign the note as its author, who offered it for that.

    Raises Stale when the text has changed since, or the offer does not stand any more; nothing is signed then.
    """
    held = hold(note)
    answer(child, held, CoSignKind.COSIGNED, sha256)
    audit.record("note_cosigned", child=child, shown=[held.pk], data={"sha256": sha256})
    with acting_as(held.author_id, viewer().moment):
        put_signature(child=child, note=held)
    return held


@transaction.atomic
def give_back(*, child: Child, note: ProgressNote, sha256: str, words: str) -> None:
    """Give the draft back to its author with words. Raises Stale as `cosign` does."""
    held = hold(note)
    answer(child, held, CoSignKind.RETURNED, sha256, words)
    audit.record("note_given_back", child=child, shown=[held.pk])


def answer(child: Child, note: ProgressNote, kind: CoSignKind, sha256: str, words: str = "") -> None:
    """The viewer's answer to the offer that stands."""
    me = viewer()
    offer = offers().filter(note=note, person=me.person_id).order_by("-offered_at", "-pk").first()
    if offer is None or offer_of(note) != offer or sections_hash(note) != sha256:
        raise Stale
    CoSignature.objects.create(
        practice_id=child.practice_id, child=child, offer=offer, note=note, person_id=me.person_id, kind=kind,
        words=words, sha256=sha256, acted_at=me.moment,
    )  # fmt: skip
