"""Progress notes with their addenda, and process notes apart from everything."""

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import ChildItem, Supervision
from accounts.visibility import (
    entered_in_error,
    in_place,
    listed,
    mine,
    not_barred,
    not_in_error,
    now,
    past,
    readable,
    reviewers,
    seen,
    unless_in_error,
)
from carebridge.lib.never_changes import never_changes
from sessions_log.enums import CoSignKind, NoteTemplate
from sessions_log.models.sessions import InError, Session, standing_session


class ProgressNote(ChildItem, InError):
    """The note of record. A draft until `signed_at`; then it never changes (principle 7).

    `sections`: for templates with sections, a list of [name, text] in order; else the text is in `body`. `template_name`:
    the practice's own name of its own template. `late`: signed later than the practice's `notes_due_hours` after the session.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=10, choices=NoteTemplate.choices, default=NoteTemplate.FREE)
    template_name = models.CharField(max_length=80, blank=True)
    body = models.TextField(blank=True)
    sections = models.JSONField(default=list, blank=True)
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)
    late = models.BooleanField(default=False)
    form_key = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["child", "-signed_at", "-id"], name="note_stream"),
            models.Index(fields=["child", "author"], name="note_drafts", condition=Q(signed_at__isnull=True)),
        ]
        constraints = [models.UniqueConstraint(name="note_form_once", fields=["author", "form_key"])]
        triggers = [
            pgtrigger.Protect(
                name="signed_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.signed_at IS NOT NULL AND (NEW.error_at IS NULL OR"
                    " (OLD.author_id, OLD.child_id, OLD.session_id, OLD.template, OLD.template_name, OLD.body, OLD.sections,"
                    " OLD.written_at, OLD.signed_at, OLD.signed_sha256, OLD.late) IS DISTINCT FROM"
                    " (NEW.author_id, NEW.child_id, NEW.session_id, NEW.template, NEW.template_name, NEW.body, NEW.sections,"
                    " NEW.written_at, NEW.signed_at, NEW.signed_sha256, NEW.late))"
                ),
            )
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Rows "Progress note, draft" and "signed": the spans carry agreement, first row, naming and quiet."""
        opened_to_family = in_place("note_readers") & (
            seen("signed_at", spans="notes")
            | (seen("signed_at", spans="opened", of="id") & seen("signed_at", spans="notes_if_opened"))
        )
        signed = past("signed_at") & (in_place("team") | (opened_to_family & ~listed("withheld")))
        mine_or_given = (in_place("therapist") & mine("author_id")) | listed("drafts")
        draft = Q(signed_at__isnull=True) & past("written_at") & mine_or_given
        # An error hides and never shows: of a draft nobody reads more afterwards than before.
        return unless_in_error(signed | draft, author="author_id", begun=past("signed_at") | draft)

    @classmethod
    def insertable_by(cls) -> Q:
        """The child's therapists, as drafts of their own."""
        held = standing_session()
        fresh = Q(signed_at__isnull=True, error_at__isnull=True) & past("written_at")
        return in_place("therapist") & mine("author_id") & fresh & Q(held)

    @classmethod
    def changeable_by(cls) -> Q:
        """The author, until it is signed; whoever may enter it in error."""
        return not_in_error() & ((mine("author_id") & Q(signed_at__isnull=True)) | reviewers("author_id"))

    @classmethod
    def changed_into(cls) -> Q:
        """Still the author's own, as a therapist of the child, signed now, perhaps; or entered in error."""
        still = in_place("therapist") & mine("author_id") & Q(error_at__isnull=True)
        return (still & (Q(signed_at__isnull=True) | past("signed_at"))) | entered_in_error("author_id")


def visible_note(column: str = "note_id") -> Exists:
    """The note something hangs on is readable: what hangs on an item needs that item visible too (principle 11)."""
    of_child = ProgressNote.objects.filter(readable(ProgressNote), pk=OuterRef(column), child_id=OuterRef("child_id"))
    return Exists(of_child)


class Addendum(ChildItem, InError):
    """What was added to a signed note, with a moment of its own."""

    note = models.ForeignKey(ProgressNote, on_delete=models.PROTECT, related_name="addenda")
    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    added_at = models.DateTimeField()
    form_key = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="addendum_form_once", fields=["author", "form_key"])]

    @classmethod
    def visible_to(cls) -> Q:
        """As the signed note, at the addendum's own moment; later than an opening it needs one of its own."""
        opened_to_family = in_place("note_readers") & (
            seen("added_at", spans="notes")
            | (seen("added_at", spans="opened", of="note_id") & seen("added_at", spans="notes_if_opened"))
        )
        rule = past("added_at") & (in_place("team") | opened_to_family)
        return unless_in_error(rule, author="author_id", begun=past("added_at")) & Q(visible_note())

    @classmethod
    def insertable_by(cls) -> Q:
        """The child's therapists, on a signed note they can read."""
        signed = ProgressNote.objects.filter(
            readable(ProgressNote), pk=OuterRef("note_id"), child_id=OuterRef("child_id"), signed_at__isnull=False
        )
        fresh = past("added_at") & Q(error_at__isnull=True)
        return in_place("therapist") & mine("author_id") & fresh & Q(Exists(signed))

    @classmethod
    def changeable_by(cls) -> Q:
        """Nothing but entered in error."""
        return not_in_error()

    @classmethod
    def changed_into(cls) -> Q:
        """Entered in error by the viewer."""
        return entered_in_error("author_id")


class NoteOffer(ChildItem):
    """A draft offered by its author to a supervisor for co-signing: with the co-signature it is signed."""

    note = models.ForeignKey(ProgressNote, on_delete=models.PROTECT, related_name="+")
    offered_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "note"], name="offers_to_person")]
        triggers = [
            never_changes("offer_never_changes", "note_id", "offered_by_id", "person_id", "offered_at", "child_id")
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Whoever on the team can read the note."""
        return in_place("team") & past("offered_at") & Q(visible_note())

    @classmethod
    def insertable_by(cls) -> Q:
        """The author of an unsigned note, to a supervisor of theirs in force."""
        draft = ProgressNote.objects.filter(
            readable(ProgressNote), mine("author_id"), pk=OuterRef("note_id"), signed_at__isnull=True,
            error_at__isnull=True,
        )  # fmt: skip
        mine_to = Supervision.objects.filter(
            readable(Supervision), mine("therapist_id"), past("starts"), Q(ends__isnull=True) | Q(ends__gt=now()),
            supervisor_id=OuterRef("person_id"), practice_id=OuterRef("practice_id"),
        )  # fmt: skip
        fresh = past("offered_at") & Q(withdrawn_at__isnull=True)
        return in_place("therapist") & mine("offered_by_id") & fresh & Q(Exists(draft)) & Q(Exists(mine_to))

    @classmethod
    def changeable_by(cls) -> Q:
        """While it stands."""
        return Q(withdrawn_at__isnull=True)

    @classmethod
    def changed_into(cls) -> Q:
        """Taken back by its author, by now."""
        return in_place("therapist") & mine("offered_by_id") & past("withdrawn_at")


class CoSignature(ChildItem):
    """A supervisor's answer to an offer: co-signed, or given back with words. `sha256`: of the text it is about."""

    offer = models.OneToOneField(NoteOffer, on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(ProgressNote, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=CoSignKind.choices)
    words = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    acted_at = models.DateTimeField()

    @classmethod
    def visible_to(cls) -> Q:
        """Whoever on the team can read the note."""
        return in_place("team") & past("acted_at") & Q(visible_note())

    @classmethod
    def insertable_by(cls) -> Q:
        """The supervisor it was offered to (a foreign key holds offer, note and person together), while the offer stands."""
        standing = NoteOffer.objects.filter(
            readable(NoteOffer), mine("person_id"), pk=OuterRef("offer_id"), withdrawn_at__isnull=True
        )
        return in_place("supervised") & mine("person_id") & past("acted_at") & Q(Exists(standing))


def unless_named(made_by: str) -> Q:
    """What may follow from a concern is hidden from whoever is or was named in one about the child, whatever their role
    (principle 1), but for what they did themselves."""
    return mine(made_by) | ~in_place("named_about")


class Withholding(ChildItem):
    """A signed note withheld from one person, with its ground."""

    note = models.ForeignKey(ProgressNote, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    withheld_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    withheld_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "child"], include=["note"], name="withheld_from_person")]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Withholding of a note, its ground": team, but for who is named about this child (its ground may say why)."""
        return in_place("team") & past("withheld_at") & unless_named("withheld_by_id") & Q(visible_note())


class Opening(ChildItem):
    """A signed note opened, one by one, to someone named in a concern, with what had been added to it by then."""

    note = models.ForeignKey(ProgressNote, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "child"], include=["note", "opened_at"], name="opened_to_person")]

    @classmethod
    def visible_to(cls) -> Q:
        """Team, but for who is named about this child: that a note was opened to someone says that they are named."""
        return in_place("team") & past("opened_at") & unless_named("opened_by_id") & Q(visible_note())


class ProcessNote(ChildItem, InError):
    """A psychotherapy note: the author's own thinking, kept apart from the record (45 CFR 164.501)."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    form_key = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="process_form_once", fields=["author", "form_key"])]
        indexes = [models.Index(fields=["child", "author"], name="process_of_author")]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Process note": its author alone, while a member of the practice; then sealed."""
        own = mine("author_id") & in_place("member", "practice_id") & not_barred() & past("written_at")
        return own & (Q(error_at__isnull=True) | in_place("team"))

    @classmethod
    def insertable_by(cls) -> Q:
        """The child's therapists."""
        held = standing_session()
        fresh = past("written_at") & Q(error_at__isnull=True)
        return in_place("therapist") & mine("author_id") & fresh & Q(held)

    @classmethod
    def changeable_by(cls) -> Q:
        """While it is not in error."""
        return not_in_error()

    @classmethod
    def changed_into(cls) -> Q:
        """Still the author's own, as a therapist of the child; entered in error by them, perhaps."""
        right = Q(error_at__isnull=True) | (past("error_at") & mine("error_by_id") & ~Q(error_reason=""))
        return in_place("therapist") & mine("author_id") & right
