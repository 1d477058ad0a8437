"""What a row of a circle means, in plain words: who gains what, who loses what, what follows for others, who is told.

Derived from the table of visibility.md, row by row; where the table changes, this changes with it. Nothing here knows of a
restriction or a concern, and nothing clinical is counted: the words are the same for whoever may change a circle.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.circle_reads import Circle
from accounts.enums import Authority, CircleRole
from accounts.models import CircleRow

# --- Rights --------------------------------------------------------------------------------------------------------------

# Each right and its words, in the order of the table.
RIGHTS: dict[str, Any] = {
    "card": gettext_lazy("reads the card: name, birth date, pronouns, “about me”"),
    "record": gettext_lazy(
        "reads the whole record: sessions, signed notes, summaries and updates from home, of any time"
    ),
    "writes_record": gettext_lazy("writes in the record, and shares summaries with family and helpers"),
    "left_behind": gettext_lazy("finds unfinished notes of former therapists as unfinished, and may adopt them"),
    "circle": gettext_lazy("sees the whole circle, with telephone numbers and e-mail addresses"),
    "changes_family": gettext_lazy("changes who of family and helpers stands in the circle"),
    "session_facts": gettext_lazy("sees when sessions took place and how long they were"),
    "notes": gettext_lazy(
        "reads signed notes if the sharing agreement opens them, and none from before the first day in this circle"
    ),
    "summaries": gettext_lazy("reads the summaries that are shared with them"),
    "about_me": gettext_lazy("sees what was shared about them, and with whom"),
    "updates": gettext_lazy("writes updates from home, and reads what the team answers to their own"),
    "sharing": gettext_lazy("may share own updates with other guardians, and reads those shared with them"),
    "signs": gettext_lazy("is asked to sign the sharing agreement, and may consent to helpers"),
    "guardians": gettext_lazy("sees name and relationship of the other guardians with full or informed authority"),
    "therapists": gettext_lazy("sees the names of therapists and supervisors"),
}
THERAPIST = ["card", "record", "writes_record", "left_behind", "circle", "changes_family", "therapists"]
# What a row gives, by role and authority. Guardian with authority none: see `rights_of`.
GIVES: dict[tuple[str, str], list[str]] = {
    (CircleRole.THERAPIST, ""): THERAPIST,
    (CircleRole.GUARDIAN, Authority.FULL): [
        "card", "session_facts", "notes", "summaries", "updates", "sharing", "signs", "guardians", "therapists",
    ],
    (CircleRole.GUARDIAN, Authority.INFORMED): [
        "card", "session_facts", "summaries", "updates", "sharing", "guardians", "therapists",
    ],
    (CircleRole.GUARDIAN, Authority.CONTRIBUTOR): ["card", "updates", "therapists"],
    (CircleRole.GUARDIAN, Authority.NONE): [],
    (CircleRole.YOUNG_PERSON, ""): [
        "card", "session_facts", "notes", "summaries", "about_me", "updates", "guardians", "therapists",
    ],
    (CircleRole.HELPER, ""): ["card", "summaries", "updates", "therapists"],
}  # fmt: skip

type Standing = tuple[str, str]  # role, authority


def standing(row: CircleRow) -> Standing:
    """As what a row ties its person."""
    return row.role, row.authority


def rights_of(standings: Iterable[Standing], *, was_family: bool = False) -> list[str]:
    """The rights someone has from all their rows together, as codes in the table's order. Authority none takes everything
    away; who has or had a family row has none as staff (principle 1)."""
    here = list(standings)
    if any(authority == Authority.NONE for _role, authority in here):
        return []
    if was_family or any(role != CircleRole.THERAPIST for role, _authority in here):
        here = [one for one in here if one[0] != CircleRole.THERAPIST]
    given = {right for one in here for right in GIVES[one]}
    return [right for right in RIGHTS if right in given]


def right_lines(standings: Iterable[Standing]) -> list[str]:
    """The rights in words."""
    return [str(RIGHTS[right]) for right in rights_of(standings)]


# --- Days ------------------------------------------------------------------------------------------------------------------


def said_when(moment: datetime, circle: Circle) -> str:
    """A moment as the practice's calendar says it; midnight is the day alone."""
    return when(timezone.localtime(moment, circle.child.practice.zone))


def when(local: datetime) -> str:
    """A moment in its own zone: weekday and date, and the hour unless the day begins with it."""
    day = f"{formats.date_format(local, 'l')}, {formats.date_format(local, 'DATE_FORMAT')}"
    if (local.hour, local.minute) == (0, 0):
        return day
    return _("%(day)s, %(clock)s") % {"day": day, "clock": formats.time_format(local, "TIME_FORMAT")}


def last_word(day: str) -> str:
    """A moment that ends a sentence: "5 p.m." brings the full stop along."""
    return day.rstrip(".")


def listed(names: Iterable[str]) -> str:
    """Names as people say them: "Ann", "Ann and Bo", "Ann, Bo and Cy"."""
    known = list(names)
    if len(known) < 2:
        return "".join(known)
    return _("%(names)s and %(last)s") % {"names": ", ".join(known[:-1]), "last": known[-1]}


def named(circle: Circle, people: Iterable[int]) -> str:
    """The names among them that the viewer may read, in their own order."""
    return listed(sorted(circle.names[one] for one in people if one in circle.names))


# --- A preview -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class New:
    """A row that would be made."""

    role: str
    authority: str = ""
    household: str = ""
    relationship: str = ""
    ends: datetime | None = None
    renewed: bool = False


@dataclass(frozen=True)
class Step:
    """One act on a circle before it is done. `person`: nobody yet for someone new. `old`: the row it ends; `new`: the one it
    makes; `at`: from when. `colleague`: works in the practice. `invite`: the address an invitation goes to."""

    name: str
    at: datetime
    person: int | None = None
    old: CircleRow | None = None
    new: New | None = None
    colleague: bool = False
    invite: str = ""


@dataclass
class Preview:
    """What an act would mean, in lines."""

    gains: list[str] = field(default_factory=list)
    loses: list[str] = field(default_factory=list)
    keeps: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def preview(circle: Circle, step: Step) -> Preview:
    """The act in words."""
    made = Preview()
    rows = [row for row in circle.at(step.at) if step.person is not None and row.person_id == step.person]
    before = [standing(row) for row in rows]
    after = [standing(row) for row in rows if step.old is None or row.pk != step.old.pk]
    if step.new and not is_too_late(circle, step):
        after.append((step.new.role, step.new.authority))
    family = step.person is not None and circle.was_family(step.person, step.at)
    had, has = rights_of(before, was_family=family), rights_of(after, was_family=family)
    made.gains = [str(RIGHTS[right]) for right in has if right not in had]
    made.loses = [str(RIGHTS[right]) for right in had if right not in has]
    made.keeps = [str(RIGHTS[right]) for right in has if right in had]
    say_of_none(step, before, after, made)
    say_of_guardians(circle, step, made)
    say_of_home(circle, step, made)
    say_of_therapists(circle, step, made)
    say_of_sharing(step, made)
    say_of_time(circle, step, made)
    say_who_is_told(circle, step, made)
    return made


def is_too_late(circle: Circle, step: Step) -> bool:
    """A guardian's row that would begin after the child is of age gives nothing, unless it is to take everything away."""
    new = step.new
    guardian = new is not None and new.role == CircleRole.GUARDIAN and new.authority != Authority.NONE
    return guardian and step.at >= circle.majority


def say_of_none(step: Step, before: list[Standing], after: list[Standing], made: Preview) -> None:
    """Authority none takes every other family row away, and gives it back when it ends."""
    words = {"name": step.name}
    if any(authority == Authority.NONE for _role, authority in after):
        made.others.append(_("%(name)s finds nothing at all about the child: no card, no name, no page.") % words)
        if len(after) > 1:
            made.others.append(
                _("Every other row of %(name)s in this circle gives nothing as long as this one stands.") % words
            )
    elif any(authority == Authority.NONE for _role, authority in before) and after:
        made.warnings.append(_("%(name)s's other rows in this circle count again from then on.") % words)


def say_of_guardians(circle: Circle, step: Step, made: Preview) -> None:
    """Guardians full and informed know of each other, and of nobody else (principle 10)."""
    knowing = named(circle, circle.knowing(step.at, step.person))
    was = step.old is not None and step.old.authority in (Authority.FULL, Authority.INFORMED)
    comes = step.new is not None and step.new.authority in (Authority.FULL, Authority.INFORMED)
    words = {"name": step.name, "others": knowing}
    if comes and not was and knowing:
        made.others.append(
            _("%(others)s will see %(name)s's name and relationship, and %(name)s theirs. Nothing else of each other.")
            % words
        )
    if was and not comes and knowing:
        made.others.append(_("%(others)s and %(name)s no longer see of each other name and relationship.") % words)
    unseen = step.new is not None and step.new.role in (CircleRole.GUARDIAN, CircleRole.HELPER) and not comes
    if unseen and not (step.new and step.new.household):
        made.others.append(_("No other adult of the family learns from CareBridge that %(name)s stands here.") % words)


def say_of_home(circle: Circle, step: Step, made: Preview) -> None:
    """Households are walled (principle 10)."""
    if step.new is None or step.new.role == CircleRole.THERAPIST or step.new.authority == Authority.NONE:
        return
    if not step.new.household:
        if step.new.role == CircleRole.GUARDIAN:
            made.others.append(
                _("No household is given: %(name)s counts as a home of one's own.") % {"name": step.name}
            )
        return
    there = named(circle, circle.household(step.new.household, step.at, step.person))
    words = {"name": step.name, "household": step.new.household, "others": there}
    if there:
        made.others.append(
            _("%(name)s and %(others)s are one household (%(household)s): they see each other's names.") % words
        )
    else:
        made.others.append(_("%(name)s is alone in the household %(household)s so far.") % words)
    if step.old is not None and step.old.household and step.old.household != step.new.household:
        left = named(circle, circle.household(step.old.household, step.at, step.person))
        if left:
            words = {"name": step.name, "household": step.old.household, "others": left}
            made.others.append(_("%(name)s leaves the household %(household)s of %(others)s.") % words)


def say_of_therapists(circle: Circle, step: Step, made: Preview) -> None:
    """A therapist's row opens the record, to their supervisors too; its end closes it to both. And family is never staff."""
    words: dict[str, Any] = {"name": step.name, "child": circle.child.name}
    if step.new is not None and step.new.role == CircleRole.THERAPIST and step.person is not None:
        made.others.append(_("The whole record of %(child)s opens to %(name)s, from the first session on.") % words)
        over = named(circle, circle.supervisors_of(step.person, step.at))
        if over:
            made.others.append(_("It opens to %(over)s as well, who supervises %(name)s.") % {**words, "over": over})
    if step.old is not None and step.old.role == CircleRole.THERAPIST and step.new is None:
        say_of_leaving(circle, step, made)
    if step.colleague and step.new is not None and step.new.role != CircleRole.THERAPIST:
        made.warnings.append(
            _(
                "%(name)s works here. Family is never staff: from then on %(name)s has no right as staff for %(child)s, "
                "whatever the role, and does not get it back when the row ends."
            )
            % words
        )


def say_of_leaving(circle: Circle, step: Step, made: Preview) -> None:
    """A therapist's row ends."""
    assert step.old is not None
    words: dict[str, Any] = {"name": step.name, "child": circle.child.name}
    made.others.append(
        _(
            "From that moment %(name)s opens nothing of %(child)s's record, their own notes and drafts included. Process notes "
            "stay sealed, %(name)s's alone."
        )
        % words
    )
    stay = [one for one in circle.therapists(step.at) if one != step.old.person_id]
    over = set(circle.supervisors_of(step.old.person_id, step.at))
    over -= {lead for one in stay for lead in circle.supervisors_of(one, step.at)} | set(stay)
    if over:
        gone = named(circle, sorted(over))
        made.others.append(_("%(gone)s, who supervises %(name)s, leaves the team too.") % {**words, "gone": gone})
    if not stay:
        made.warnings.append(_("%(child)s has no therapist then. Tie another one first, or hand over instead.") % words)
    made.others.append(_("Unfinished notes appear to the therapists who stay, as unfinished, to adopt.") % words)


def say_of_sharing(step: Step, made: Preview) -> None:
    """What has to come before a summary is shared."""
    if step.new is None or step.old is not None:
        return
    words = {"name": step.name}
    if step.new.authority in (Authority.FULL, Authority.INFORMED):
        made.others.append(
            _("Before a summary is shared with %(name)s, a therapist explains the limits of confidentiality to them.")
            % words
        )
    if step.new.role == CircleRole.HELPER:
        made.others.append(
            _("Before a summary is shared with %(name)s, a parent with full authority has to consent to it.") % words
        )


def say_of_time(circle: Circle, step: Step, made: Preview) -> None:
    """When the row ends by itself."""
    new = step.new
    if new is None:
        return
    grown = new.role == CircleRole.GUARDIAN and new.authority != Authority.NONE
    if is_too_late(circle, step):
        words = {"child": circle.child.name, "day": last_word(said_when(circle.majority, circle))}
        made.warnings.append(_("%(child)s is of age since %(day)s: a guardian's row gives no rights any more.") % words)
    elif grown and (new.ends is None or new.ends > circle.majority):
        words = {"child": circle.child.name, "day": last_word(said_when(circle.majority, circle))}
        made.others.append(_("The row ends by itself when %(child)s comes of age, on %(day)s.") % words)
    if new.ends is not None and not (grown and new.ends > circle.majority):
        made.others.append(_("It ends by itself: %(day)s.") % {"day": last_word(said_when(new.ends, circle))})


def say_who_is_told(circle: Circle, step: Step, made: Preview) -> None:
    """Who learns of it without anybody's doing; else nobody does."""
    now, new = circle.moment, step.new
    therapist = new is not None and new.role == CircleRole.THERAPIST
    if therapist and new is not None:
        there = named(circle, [one for one in circle.therapists(now) if one != step.person])
        if there:
            made.told.append(_("%(names)s, at once.") % {"names": there})
        if new.ends is None:
            made.told.append(
                _("The family and helpers, by name, when it begins: %(day)s.")
                % {"day": last_word(said_when(step.at, circle))}
            )
    if step.colleague and new is not None and not therapist:
        made.told.append(_("The practice's safeguarding leads, at once."))
    if step.invite:
        made.told.append(
            _("%(name)s, by an e-mail to %(email)s with a link to sign in. No child is named in it.")
            % {"name": step.name, "email": step.invite}
        )
    if not made.told:
        made.told.append(
            _("Nobody is told by CareBridge. Please tell %(name)s and whoever needs to know.") % {"name": step.name}
        )
