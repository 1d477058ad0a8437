"""The format of a bundle, list by list, as practices are told it. `?`: may be left out."""

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings

from accounts.enums import (
    Authority,
    CircleChangeKind,
    CircleRole,
    RecordAccess,
    RestrictionKind,
    ReviewReason,
    StaffRole,
)
from accounts.models import Account, Child, CircleRow, Contact, Person, Practice, Relationship
from carebridge.bundles.shape import (
    Parse,
    Reading,
    act,
    day,
    email,
    email_or_none,
    fits,
    known,
    listed,
    moment,
    new,
    one_of,
    person_or_child,
    sections,
    several,
    sha256,
    text,
    thing,
    whole,
    yes_or_no,
)
from sessions_log.enums import ChoiceKind, CoSignKind, MarkKind, NoteTemplate, OverrideGround, UpdateKind, WishKind
from sessions_log.models import HomeUpdate, PracticeChoice, ProgressNote, SessionRecord

FORMAT = "carebridge-bundle/1"
OLDEST = 150  # years
SMALL, LARGE = 32_767, 2_147_483_647  # the largest numbers a small and an ordinary column hold
PROCESS, PROGRESS = "process", "progress"

PERSON, CHILD, SESSION, TIE = known("person"), known("child"), known("session"), known("circle row")
LABEL = text(100, blank=False)  # the same label means the same thing, of which the file holds no more
ZONE = one_of(
    sorted(available_timezones() - {"localtime", "Factory"}), what="the name of a time zone, as Europe/Madrid"
)
LANGUAGE = one_of(code for code, _ in settings.LANGUAGES)
AGE = whole(0, OLDEST)
TEN = whole(0, 10)
WORDS = several(text(100))  # techniques, themes
TOLD: dict[str, Parse] = {  # what an update tells beside its words
    "where?": fits(HomeUpdate, "where"),
    "antecedent?": text(),
    "behaviour?": text(),
    "consequence?": text(),
    "helped?": text(),
    "intensity?": TEN,
}


ERROR = thing({"by": PERSON, "at": act, "reason": text()})


def item(fields: dict[str, Parse]) -> Parse:
    """A text item: it may have been entered in error."""
    return thing({**fields, "entered_in_error?": ERROR})


PRACTICE = thing(
    {
        "ref": new("practice"),
        "name": fits(Practice, "name", blank=False),
        "time_zone": ZONE,
        "language?": LANGUAGE,
        "reply_within_hours?": whole(0, LARGE),
        "notes_due_hours?": whole(0, LARGE),
        "crisis_text?": text(),
        "handbook?": text(),
        "reply_hours?": fits(Practice, "reply_hours"),
        "fees?": text(),
        "how_to_ask?": text(),
        "policy?": thing(
            {
                "guardian_access?": one_of(RecordAccess),
                "assent_age?": AGE,
                "majority_age?": AGE,
                "source?": text(),
                "review_on?": day,
            }
        ),
    }
)

PEOPLE = thing(
    {
        "ref": new("person"),
        "name": fits(Person, "name", blank=False),
        "email?": email,
        "email_verified?": yes_or_no,
        "username?": fits(Account, "username", blank=False),
        "contact_email?": email_or_none,
        "phone?": fits(Contact, "phone"),
        "password?": text(),
        "language?": LANGUAGE,
        "time_zone?": ZONE,
        "active?": yes_or_no,
        "profile?": text(),
        "training?": text(),
        "staff?": listed(thing({"role": one_of(StaffRole), "from": moment, "until?": moment})),
    }
)

DEACTIVATIONS = thing({"person": PERSON, "from": moment, "until?": moment, "reason": text(), "by": PERSON})

CHILDREN = thing(
    {
        "ref": new("child"),
        "name": fits(Child, "name", blank=False),
        "date_of_birth": day,
        "pronouns?": fits(Child, "pronouns"),
        "about_me?": text(),
    }
)

CONSENT = thing({"by": PERSON, "scope": text(), "at": act, "until?": moment})

CIRCLE = thing(
    {
        "ref?": new("circle row"),
        "child": CHILD,
        "person": PERSON,
        "role": one_of(CircleRole),
        "authority?": one_of(Authority),
        "relationship?": fits(Relationship, "words"),
        "household?": fits(CircleRow, "household"),
        "from": moment,
        "until?": moment,
        "renewed?": thing({"ground": text(), "by": PERSON, "at": act}),
        "consent?": CONSENT,
        "consents?": listed(CONSENT),
        "reviews?": listed(
            thing({"reason": one_of(ReviewReason), "at": act, "done?": thing({"by": PERSON, "at": act})})
        ),
    }
)

CIRCLE_CHANGES = thing(
    {
        "child": CHILD,
        "person": PERSON,
        "kind": one_of(CircleChangeKind),
        "row?": TIE,
        "row_gone?": LABEL,
        "ended?": TIE,
        "ended_gone?": LABEL,
        "effective": moment,
        "evidence?": text(),
        "by": PERSON,
        "at": act,
        "act": LABEL,
        "takes_back?": LABEL,
    }
)

RESTRICTIONS = thing(
    {
        "child": CHILD,
        "person": PERSON,
        "kind": one_of(RestrictionKind),
        "from": moment,
        "until?": moment,
        "reason": text(),
        "by": PERSON,
        "review_on?": day,
    }
)

SUPERVISION = thing({"supervisor": PERSON, "therapist": PERSON, "from": moment, "until?": moment})

AGREEMENTS = thing(
    {
        "child": CHILD,
        "guardian_access": one_of(RecordAccess),
        "young_person_access?": one_of(RecordAccess),
        "in_force_from": moment,
        "explained?": listed(thing({"person": PERSON, "by": PERSON, "at": act})),
        "signed?": listed(thing({"person": PERSON, "at": act})),
    }
)

EXPLANATIONS = thing({"child": CHILD, "person": PERSON, "by": PERSON, "at": act})

NAMED = thing(
    {
        "child": CHILD,
        "person": PERSON,
        "concern": LABEL,
        "raised_at": act,
        "at": act,
        "void_from?": act,
    }
)

CHOICES = thing(
    {
        "kind": one_of(ChoiceKind),
        "group?": fits(PracticeChoice, "group"),
        "name": fits(PracticeChoice, "name", blank=False),
        "sections?": several(text(80)),
        "by": PERSON,
        "at": act,
        "retired_at?": act,
    }
)

COSIGNED = thing({"kind": one_of(CoSignKind), "words?": text(), "at": act, "sha256?": sha256})
OFFER = thing({"person": PERSON, "by?": PERSON, "at": act, "withdrawn_at?": act, "answer?": COSIGNED})

NOTE = item(
    {
        "ref": new("object"),
        "kind": one_of([PROGRESS, PROCESS]),
        "template?": one_of(NoteTemplate),
        "template_name?": fits(ProgressNote, "template_name"),
        "author": PERSON,
        "body?": text(),
        "sections?": sections,
        "written_at": act,
        "changed_at?": act,
        "signed_at?": act,
        "signed_sha256?": sha256,
        "late?": yes_or_no,
        "offered_to?": listed(OFFER),
        "withheld_from?": listed(thing({"person": PERSON, "reason": text(), "by": PERSON, "at": act})),
        "opened_to?": listed(thing({"person": PERSON, "by": PERSON, "at": act})),
        "addenda?": listed(item({"author": PERSON, "body": text(), "at": act})),
    }
)

RELEASE = thing(
    {
        "to": PERSON,
        "by?": PERSON,
        "at": act,
        "read_at?": act,
        "withdrawn_at?": act,
        "withdrawn_by?": PERSON,
        "override?": thing({"ground": one_of(OverrideGround), "explanation": text(blank=False)}),
    }
)

WISH: dict[str, Parse] = {"child_wish": one_of(WishKind), "not_to?": several(PERSON), "asked_at?": act}

SUMMARY = item(
    {
        "ref": new("object"),
        "author": PERSON,
        "body": text(),
        "written_at": act,
        "changed_at?": act,
        **WISH,
        "wish_recorded?": thing({"by": PERSON, "at": act}),
        "earlier_wishes?": listed(thing({**WISH, "by": PERSON, "at": act})),
        "releases?": listed(RELEASE),
    }
)

SESSIONS = item(
    {
        "ref": new("session"),
        "child": CHILD,
        "therapist": PERSON,
        "held_at": act,
        "logged_at": act,
        "minutes": whole(0, SMALL),
        "attended?": several(person_or_child),
        "record?": item(
            {
                "techniques?": WORDS,
                "themes?": WORDS,
                "affect?": text(),
                "engagement?": TEN,
                "setting?": fits(SessionRecord, "setting"),
                "child_words?": text(),
                "child_choices?": text(),
            }
        ),
        "notes?": listed(NOTE),
        "summaries?": listed(SUMMARY),
    }
)

HOME_UPDATES = item(
    {
        "ref": new("object"),
        "child": CHILD,
        "author": PERSON,
        "observed_at": act,
        "posted_at": act,
        "kind": one_of(UpdateKind),
        "body": text(),
        **TOLD,
        "shared_with?": listed(thing({"person": PERSON, "at": act, "withdrawn_at?": act})),
        "marks?": listed(
            thing({"by": PERSON, "at": act, "kind": one_of(MarkKind), "session?": SESSION, "withdrawn_at?": act})
        ),
        "edits?": listed(thing({"at": act, "kind?": one_of(UpdateKind), "body": text(), "observed_at?": act, **TOLD})),
        "replies?": listed(item({"author": PERSON, "body": text(), "at": act})),
        "also_in_error?": listed(ERROR),
    }
)

DISCLOSURE = item(
    {
        "ref": new("object"),
        "to": PERSON,
        "statement": text(),
        "disclosed_at": act,
        "read_at?": act,
        "acknowledged_at?": act,
    }
)

CONCERNS = item(
    {
        "ref": new("object"),
        "child": CHILD,
        "raised_by": PERSON,
        "raised_at": act,
        "category": text(blank=False),
        "risk": one_of(["low", "moderate", "high", "imminent"]),
        "exact_words?": text(),
        "narrative": text(),
        "worry?": item({"author": PERSON, "body": text(), "at": act}),
        "named?": listed(thing({"person?": PERSON, "name?": text(blank=False), "relationship?": text(), "at": act})),
        "confirmed_by?": PERSON,
        "child_told_at?": act,
        "disclosures?": listed(DISCLOSURE),
        "withheld?": listed(thing({"from?": several(PERSON), "ground": text()})),
        "reports?": listed(
            item({"by": PERSON, "agency": text(), "reported_at": act, "reference?": text(), "body": text()})
        ),
    }
)


def not_built(name: str, each: Parse | None = None) -> Parse:
    """A list that cannot be loaded yet; `each`: what is checked in it all the same."""

    def parse(reading: Reading, at: str, value: Any) -> Any:
        if not isinstance(value, list):
            return reading.unfit(at, value, "a list")
        if value:
            reading.problems.add(at, f"The list {name} cannot be loaded yet; leave it out with --skip {name}.")
        return listed(each)(reading, at, value) if each else []

    return parse


# Lists in the order of reading: each stands after those it refers to.
BUILT = {
    "people": PEOPLE,
    "deactivations": DEACTIVATIONS,
    "children": CHILDREN,
    "circle": CIRCLE,
    "circle_changes": CIRCLE_CHANGES,
    "restrictions": RESTRICTIONS,
    "supervision": SUPERVISION,
    "agreements": AGREEMENTS,
    "explanations": EXPLANATIONS,
    "named": NAMED,
    "choices": CHOICES,
    "sessions": SESSIONS,
    "home_updates": HOME_UPDATES,
}
NOT_BUILT: dict[str, Parse | None] = {"goals": None, "concerns": CONCERNS, "messages": None}
# Those that may be left out on purpose: not who is named, since what they may read depends on it.
LISTS = [name for name in [*BUILT, *NOT_BUILT] if name != "named"]


def anything(_reading: Reading, _at: str, _value: Any) -> Any:
    """A list that is left out on purpose: nothing in it is looked at."""
    return []


def bundle(skip: set[str]) -> Parse:
    """The whole file, without the lists named in `skip`: of those only concerns are read, since notes depend on who is
    named in them."""
    lists: dict[str, Parse] = {}
    for name, each in BUILT.items():
        lists[f"{name}?"] = anything if name in skip else listed(each)
    for name, checked in NOT_BUILT.items():
        left_out = listed(checked) if checked else anything
        lists[f"{name}?"] = left_out if name in skip else not_built(name, checked)
    return thing({"format": one_of([FORMAT]), "practice": PRACTICE, **lists})
