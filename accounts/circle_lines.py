"""The lines of a child's circle page: who stands there, and what the viewer may do about each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.access import stands
from accounts.circle_reads import Circle, LogIn, Planned, consents_of, log_ins, planned
from accounts.circle_words import said_when
from accounts.enums import Authority, CircleChangeKind, CircleRole
from accounts.models import Child, CircleChange, CircleRow, Explanation, HelperConsent, RowReview
from accounts.models.people import names_of
from accounts.visibility import viewer


@dataclass(frozen=True)
class May:
    """What the viewer may do in this circle at all."""

    office: bool
    treats: bool
    lead: bool

    @property
    def add(self) -> bool:
        """Tie somebody."""
        return self.office or self.treats

    def change(self, row: CircleRow) -> bool:
        """Let a guardian stand otherwise."""
        return self.add and row.role == CircleRole.GUARDIAN and row.person_id != viewer().person_id

    def end(self, row: CircleRow) -> bool:
        """End a row (CircleRow.may_end)."""
        if row.person_id == viewer().person_id:
            return False
        family = row.role != CircleRole.THERAPIST
        return self.office or (self.treats and family) or (self.lead and not family and row.ends is not None)

    def take_back(self, plan: Planned) -> bool:
        """Undo what lies ahead (authz.take_back)."""
        if viewer().person_id in plan.people:
            return False
        return self.office or (self.treats and not plan.takes_therapists)


def may(child: Child) -> May:
    """As what the viewer stands here."""
    return May(stands("admin", child), stands("therapist", child), stands("lead", child))


@dataclass
class Line:
    """One row as the page shows it."""

    row: CircleRow
    name: str
    words: str
    log_in: LogIn
    may_change: bool = False
    may_end: bool = False
    tags: list[str] = field(default_factory=list)
    supervisors: str = ""
    consent: HelperConsent | None = None
    explained: datetime | None = None
    asks_explanation: bool = False
    review: RowReview | None = None


@dataclass(frozen=True)
class PlanLine:
    """One act ahead."""

    plan: Planned
    when: str
    name: str
    words: str
    may_take_back: bool


@dataclass(frozen=True)
class Home:
    """A household and who lives there; no name: everyone in it lives alone."""

    name: str
    lines: list[Line]


class Page:
    """Everything the page shows, looked up once whatever its length."""

    def __init__(self, circle: Circle) -> None:
        self.circle, self.may = circle, may(circle.child)
        child, moment = circle.child, circle.moment
        self.log_ins = log_ins(child.practice, {row.person_id for row in circle.rows})
        self.consents = consents_of(child)
        explained = Explanation.objects.visible().filter(child=child).order_by("explained_at")
        self.explained: dict[int, datetime] = dict(explained.values_list("person_id", "explained_at"))
        reviews = RowReview.objects.visible().filter(child=child, reviewed_at__isnull=True).order_by("flagged_at")
        self.reviews = {review.circle_row_id: review for review in reviews}
        self.plans = planned(circle)
        self.current = [row for row in circle.rows if row.starts <= moment and (row.ends is None or row.ends > moment)]
        self.ahead = [row for row in circle.rows if row.starts > moment]
        self.over = [row for row in circle.rows if row.ends is not None and row.ends <= moment]

    def line(self, row: CircleRow) -> Line:
        """A row that holds, or held."""
        circle, here = self.circle, row in self.current
        made = Line(
            row, circle.names.get(row.person_id, _("someone else")), circle.words.get(row.pk, ""),
            self.log_ins.get(row.person_id, LogIn("none")),
        )  # fmt: skip
        if not here:
            return made
        made.may_change, made.may_end = self.may.change(row), self.may.end(row)
        made.tags = list(self.tags(row))
        made.review = self.reviews.get(row.pk)
        if row.role == CircleRole.THERAPIST:
            over = circle.supervisors_of(row.person_id, circle.moment)
            made.supervisors = ", ".join(circle.names[one] for one in over if one in circle.names)
        if row.role == CircleRole.HELPER:
            made.consent = self.consents.get(row.pk)
        made.explained = self.explained.get(row.person_id)
        receives = row.authority in (Authority.FULL, Authority.INFORMED)
        made.asks_explanation = self.may.treats and receives and made.explained is None
        return made

    def tags(self, row: CircleRow) -> Any:
        """What is out of the ordinary about a row."""
        circle = self.circle
        if row.role == CircleRole.THERAPIST:
            if row.person_id not in circle.clinical:
                yield _("does not treat here any more: counts for nothing")
            elif circle.was_family(row.person_id, circle.moment):
                yield _("is family: counts for nothing")
            if row.ends is not None:
                yield _("short access")
        elif not circle.holds(row, circle.moment):
            yield _("the child is of age: counts for nothing")
        if row.authority == Authority.NONE:
            yield _("sees nothing")

    def homes(self) -> list[Home]:
        """Guardians by household, the households first."""
        found: dict[str, list[Line]] = {}
        for row in self.current:
            if row.role == CircleRole.GUARDIAN:
                found.setdefault(row.household, []).append(self.line(row))
        return [Home(name, found[name]) for name in sorted(found, key=lambda name: (not name, name))]

    def of_role(self, role: str) -> list[Line]:
        """The lines that hold now, of one role."""
        return [self.line(row) for row in self.current if row.role == role]

    def plan_lines(self) -> list[PlanLine]:
        """What lies ahead by an act on the circle."""
        circle = self.circle
        found = []
        for plan in self.plans:
            name = circle.names.get(plan.person, _("someone else"))
            day = said_when(plan.effective, circle)
            found.append(PlanLine(plan, day, name, said_of(circle, plan), self.may.take_back(plan)))
        return found

    def unplanned(self) -> list[Line]:
        """Rows ahead that came otherwise: there is no act to take back."""
        made = {plan.new.pk for plan in self.plans if plan.new}
        return [self.line(row) for row in self.ahead if row.pk not in made]


def said_of(circle: Circle, plan: Planned) -> str:
    """What will stand there."""
    new = plan.new
    if new is None:
        return _("no longer stands here")
    parts = [str(new.get_role_display())]
    if new.authority:
        parts.append(str(new.get_authority_display()))
    if circle.words.get(new.pk):
        parts.append(circle.words[new.pk])
    if new.household:
        parts.append(_("household %(name)s") % {"name": new.household})
    return " · ".join(parts)


# --- History -------------------------------------------------------------------------------------------------------------------

KIND_ICONS = {
    CircleChangeKind.ADDED: "user-plus",
    CircleChangeKind.CHANGED: "pencil",
    CircleChangeKind.ENDED: "user-minus",
    CircleChangeKind.HANDED_OVER: "arrow-right",
    CircleChangeKind.SHORT_ACCESS: "clock",
    CircleChangeKind.TAKEN_BACK: "undo-2",
}


@dataclass(frozen=True)
class Past:
    """One line of the history. `effective`: from when it holds, if not at once. `back`: it was taken back before it began."""

    change: CircleChange
    name: str
    by: str
    words: str
    effective: str
    back: bool


def history(circle: Circle, changes: list[CircleChange]) -> list[Past]:
    """Lines for the changes, in their order."""
    rows = {row.pk: row for row in circle.rows}
    names = circle.names | names_of({one.person_id for one in changes} | {one.changed_by_id for one in changes})
    back = set(
        CircleChange.objects.visible()
        .filter(child=circle.child, takes_back__in=[one.bundle for one in changes])
        .values_list("takes_back", flat=True)
    )
    found = []
    for one in changes:
        row = rows.get(one.row) if one.row else None
        said = ""
        if row is not None:
            plan = Planned(one.bundle, one.effective, one.person_id, one.kind, None, row, one.changed_by_id, "")
            said = said_of(circle, plan)
        who = names.get(one.person_id, _("someone else"))
        by = names.get(one.changed_by_id, _("someone else"))
        later = said_when(one.effective, circle) if one.effective != one.changed_at else ""
        found.append(Past(one, who, by, said, later, one.bundle in back))
    return found
