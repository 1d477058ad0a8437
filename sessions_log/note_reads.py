"""Look-ups about notes: how they may be laid out, who may co-sign them, what is unfinished. Each starts from the rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Child, Person, Supervision
from accounts.visibility import Compiled, acting_as, mine, viewer
from sessions_log.enums import ChoiceKind, CoSignKind, NoteTemplate
from sessions_log.models import CoSignature, NoteOffer, PracticeChoice, ProgressNote

MOST = 50  # templates of a practice's own

SECTIONS: dict[str, list[Any]] = {
    NoteTemplate.SOAP: [_("Subjective"), _("Objective"), _("Assessment"), _("Plan")],
    NoteTemplate.DAP: [_("Data"), _("Assessment"), _("Plan")],
    NoteTemplate.BIRP: [_("Behaviour"), _("Intervention"), _("Response"), _("Plan")],
    NoteTemplate.GIRP: [_("Goal"), _("Intervention"), _("Response"), _("Plan")],
    NoteTemplate.PLAY: [_("Play and themes"), _("What I did"), _("How the child used it"), _("Assessment"), _("Plan")],
    NoteTemplate.FREE: [],
}

# --- Templates --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """How a note is laid out. `key`: its mark in addresses and forms; no sections: free text."""

    key: str
    template: str
    label: str
    sections: tuple[str, ...] = ()

    @property
    def own_name(self) -> str:
        """The name of a template of the practice's own, which the note keeps."""
        return self.label if self.template == NoteTemplate.OWN else ""


def layouts(child: Child) -> list[Layout]:
    """Every layout a note about this child may be begun in: the common ones, then the practice's own by name."""
    common = [
        Layout(value, value, str(NoteTemplate(value).label), tuple(str(name) for name in names))
        for value, names in SECTIONS.items()
    ]
    own = PracticeChoice.objects.visible().filter(
        practice=child.practice_id, kind=ChoiceKind.TEMPLATE, retired_at__isnull=True
    )
    return common + [
        Layout(f"own-{row.pk}", NoteTemplate.OWN, row.name, tuple(row.sections))
        for row in own.order_by("name", "pk")[:MOST]
    ]


def layout_of(note: ProgressNote) -> Layout:
    """The layout a note is in, whatever has become of the practice's template since."""
    label = note.template_name or str(note.get_template_display())
    return Layout("", note.template, label, tuple(name for name, _words in note.sections))


# --- Co-signing -------------------------------------------------------------------------------------------------------------


def supervisors_of_mine(child: Child) -> list[Person]:
    """The viewer's supervisors in force who are on the child's team, by name.

    Whether one is, is asked of the kernel: a supervisor who is family to the child is no staff for it (principle 1).
    """
    moment = viewer().moment
    numbers = (
        Supervision.objects.visible()
        .filter(Q(ends__isnull=True) | Q(ends__gt=moment), practice=child.practice_id, therapist=viewer().person_id)
        .filter(starts__lte=moment)
        .values_list("supervisor_id", flat=True)
    )
    found = []
    for person in Person.objects.visible().filter(pk__in=list(numbers)).order_by("name", "pk"):
        with acting_as(person.pk, moment) as them:
            if them.stands_in("team", child.pk):
                found.append(person)
    return found


def offers() -> QuerySet[NoteOffer]:
    """Offers that their authors have not taken back."""
    found: QuerySet[NoteOffer] = NoteOffer.objects.visible().filter(withdrawn_at__isnull=True)
    return found


def answered() -> Exists:
    """The offer has its answer."""
    return Exists(CoSignature.objects.visible().filter(offer=OuterRef("pk"), child_id=OuterRef("child_id")))


def offer_of(note: ProgressNote) -> NoteOffer | None:
    """The offer that waits for its answer, if the draft is offered."""
    return offers().filter(~answered(), note=note).order_by("-offered_at", "-pk").first()


def given_back(note: ProgressNote) -> CoSignature | None:
    """The words with which the draft was given back, until it is offered again."""
    found: CoSignature | None = (
        CoSignature.objects.visible()
        .filter(note=note, kind=CoSignKind.RETURNED, offer__withdrawn_at__isnull=True)
        .order_by("-acted_at", "-pk")
        .first()
    )
    return found


def readers_of_draft(note: ProgressNote) -> list[int]:
    """Numbers of those who read the draft besides its author: whom it is offered to, who gave it back."""
    return list(offers().filter(note=note).order_by("offered_at", "pk").values_list("person_id", flat=True))


# --- Unfinished -------------------------------------------------------------------------------------------------------------


def drafts() -> QuerySet[ProgressNote]:
    """Unsigned notes the viewer may read, with the moment they are due, the longest due first."""
    due = ExpressionWrapper(
        F("session__held_at") + F("practice__notes_due_hours") * timedelta(hours=1), output_field=DateTimeField()
    )
    found: QuerySet[ProgressNote] = (
        ProgressNote.objects.visible()
        .filter(signed_at__isnull=True, error_at__isnull=True)
        .select_related("session", "child")
        .annotate(due_at=due)
        .order_by("due_at", "pk")
    )
    return found


def offered(*, returned: bool) -> Exists:
    """The draft's offer stands: given back with words, or still waiting for its answer."""
    standing = offers().filter(note=OuterRef("pk"), child_id=OuterRef("child_id"))
    return Exists(standing.filter(answered() if returned else ~answered()))


def offered_to_me() -> Exists:
    """The draft is offered to the viewer, who has not answered."""
    return Exists(offers().filter(mine("person_id"), ~answered(), note=OuterRef("pk"), child_id=OuterRef("child_id")))


def unfinished() -> list[tuple[str, QuerySet[ProgressNote]]]:
    """What waits for the viewer, by code, each to be shown page by page."""
    own = Q(author=viewer().person_id)
    was_mine = Exists(offers().filter(note=OuterRef("pk"), child_id=OuterRef("child_id"), person=viewer().person_id))
    of_session = ProgressNote.objects.visible().filter(
        own, session=OuterRef("session"), written_at__gt=OuterRef("written_at")
    )
    adopted = Exists(of_session.filter(error_at__isnull=True, child_id=OuterRef("child_id")))
    return [
        ("returned", drafts().filter(own, offered(returned=True))),
        ("cosign", drafts().filter(~own, offered_to_me())),
        ("drafts", drafts().filter(own).exclude(offered(returned=True)).exclude(offered(returned=False))),
        ("waiting", drafts().filter(own, offered(returned=False))),
        ("left", drafts().filter(~own).exclude(was_mine).exclude(adopted)),
    ]


def is_for_me() -> Q:
    """Only the viewer can go on with the draft: their own unless it is on offer, or offered to them."""
    return (mine("author_id") & ~Q(offered(returned=False))) | (~mine("author_id") & Q(offered_to_me()))


def is_given_back() -> Q:
    """The draft was given back with words."""
    return Q(offered(returned=True))


def waiting_for_me() -> QuerySet[ProgressNote]:
    """What only the viewer can go on with: their own drafts but those on offer (`given_back`: with words), and drafts offered
    to them; the longest due first."""
    wanted = drafts().filter(Compiled(ProgressNote, is_for_me))
    return wanted.annotate(given_back=Compiled(ProgressNote, is_given_back))


# --- History ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One step in a note's life. `who`, `to`: person numbers. `words`: said with it."""

    kind: str
    at: datetime
    who: int
    to: int | None = None
    words: str = ""


def history(note: ProgressNote, addenda: Sequence[Any]) -> list[Step]:
    """How the note came to be as it is, oldest first, from rows the viewer may read. For the team."""
    answers = {row.offer_id: row for row in CoSignature.objects.visible().filter(note=note)}
    steps = [Step("started", note.written_at, note.author_id)]
    for offer in NoteOffer.objects.visible().filter(note=note).order_by("offered_at", "pk"):
        steps.append(Step("offered", offer.offered_at, offer.offered_by_id, offer.person_id))
        answer = answers.get(offer.pk)
        if answer is not None:
            steps.append(Step(answer.kind, answer.acted_at, answer.person_id, words=answer.words))
        elif offer.withdrawn_at is not None:
            steps.append(Step("taken_back", offer.withdrawn_at, offer.offered_by_id, offer.person_id))
    if note.signed_at is not None:
        steps.append(Step("signed_late" if note.late else "signed", note.signed_at, note.author_id))
    for item in [note, *addenda]:
        if item is not note:
            steps.append(Step("added", item.added_at, item.author_id))
        if item.error_at is not None:
            kind = "error" if item is note else "addendum_error"
            steps.append(Step(kind, item.error_at, item.error_by_id, words=item.error_reason))
    order = {"cosigned": 0, "signed": 1, "signed_late": 1}  # of the same moment
    return sorted(steps, key=lambda step: (step.at, order.get(step.kind, 0)))
