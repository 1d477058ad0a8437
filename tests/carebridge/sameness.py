"""Whether two practices are the same: every column of every guarded row, with whoever and whatever it refers to told by
its own content, since numbers and random ids are new after a move.

MOVED and LEFT name every column there is. A new model or column stands in neither, and `test_export_bundle.py` fails
until someone has decided whether it moves.
"""

from collections import defaultdict
from typing import Any

from allauth.account.models import EmailAddress
from django.db import models

from accounts.models import Account, CircleChange, CircleRow, Contact, Named, Person, Practice
from accounts.visibility import guarded_models
from carebridge.bundles.telling import STAYS
from tests.harness import viewing

# Columns that are the same after a move, by model. What a column refers to is compared in its place.
ERROR = "error_at error_by error_reason"
TOLD = "kind body where antecedent behaviour consequence helped intensity observed_at"
MOVED = {
    "Account": "email username is_active language time_zone",
    "Person": "account name",
    "Contact": "person email phone",
    "Practice": "ref name time_zone language reply_within_hours notes_due_hours crisis_text handbook guardian_access"
    " assent_age majority_age policy_source policy_review_on reply_hours fees how_to_ask",
    "Membership": "practice person role starts ends",
    "Supervision": "practice supervisor therapist starts ends",
    "StaffProfile": "practice person body training",
    "Deactivation": "practice person starts ends reason set_by",
    "Child": "practice name date_of_birth pronouns about_me",
    "CircleRow": "practice child person role authority household starts ends",
    "CircleChange": "practice child person kind row ended effective evidence changed_by changed_at bundle takes_back",
    "RowReview": "practice child circle_row person reason flagged_at reviewed_at reviewed_by",
    "Relationship": "practice child circle_row person words",
    "Renewal": "practice child circle_row ground renewed_by renewed_at",
    "HelperConsent": "practice child circle_row given_by scope given_at until",
    "Restriction": "practice child person kind starts ends reason set_by review_on",
    "Named": "practice child concern person raised_at named_at void_from",
    "Agreement": "practice child guardian_access young_person_access in_force_from",
    "Signature": "practice child agreement person signed_at",
    "Explanation": "practice child person explained_by explained_at",
    "Session": f"practice child therapist held_at logged_at minutes moment {ERROR}",
    "SessionRecord": "practice child session author setting techniques themes affect engagement child_words"
    f" child_choices {ERROR}",
    "Attendance": "practice child session person logged_by moment error_at",
    "ProgressNote": "practice child session author template template_name body sections written_at changed_at signed_at"
    f" signed_sha256 late {ERROR}",
    "Addendum": f"practice child note author body added_at {ERROR}",
    "NoteOffer": "practice child note offered_by person offered_at withdrawn_at",
    "CoSignature": "practice child offer note person kind words sha256 acted_at",
    "Withholding": "practice child note person reason withheld_by withheld_at",
    "Opening": "practice child note person opened_by opened_at",
    "ProcessNote": f"practice child session author body written_at changed_at {ERROR}",
    "Summary": f"practice child session author body written_at changed_at {ERROR}",
    "Wish": "practice child summary replaces kind not_to asked_at recorded_by recorded_at error_at",
    "Release": "practice child summary recipient released_by released_at withdrawn_at withdrawn_by error_at",
    "Reading": "practice child release reader read_at",
    "Override": "practice child release ground explanation",
    "HomeUpdate": f"practice child author posted_at {TOLD}",
    "TakenOut": "practice child update taken_by taken_at reason",
    "UpdateEdit": f"practice child update edited_at {TOLD}",
    "Sharing": "practice child update shared_by person posted_at shared_at withdrawn_at",
    "Reply": f"practice child update author body posted_at {ERROR}",
    "Mark": "practice child update marked_by kind session marked_at turn",
    "PracticeChoice": "practice kind group name sections added_by added_at retired_at",
}
# Columns that a move leaves behind, and why.
NEW, SENT = "a number or random id: new after a move", "which form it came from: no form outlives a move"
LEFT = {
    "Account": {
        "id": NEW,
        "password": "chosen anew by mail",
        "last_login": "sign-ins stay with the trail",
        "factor_waived": "comes with a password in a file; no password moves",
    },
    "Person": {"public_id": NEW},
    "Practice": {"id": NEW, "public_id": NEW},
    "Child": {"id": NEW, "public_id": NEW},
    **{
        name: {"id": NEW, "form_key": SENT}
        for name in (
            "Session",
            "ProgressNote",
            "Addendum",
            "ProcessNote",
            "Summary",
            "HomeUpdate",
            "UpdateEdit",
            "Reply",
        )
    },
    "Contact": {},
}

type Description = tuple[tuple[str, Any], ...]


def compared() -> list[type[models.Model]]:
    """Every model whose rows a move keeps."""
    return [Account, *(model for model in guarded_models() if model.__name__ not in STAYS)]


def columns_of(model: type[models.Model]) -> set[str]:
    """The names of its columns."""
    return {field.name for field in model._meta.concrete_fields}


def left_of(model: type[models.Model]) -> set[str]:
    """Those that are new or gone after a move."""
    return set(LEFT.get(model.__name__, {"id": NEW}))


class Held:
    """All rows of the database, described."""

    def __init__(self) -> None:
        self.rows: dict[Any, dict[Any, Any]] = {
            model: {row.pk: row for row in model._default_manager.all()} for model in compared()
        }
        self.told: dict[tuple[type[models.Model], Any], Description] = {}
        self.concerns: dict[Any, list[Any]] = defaultdict(list)
        self.acts: dict[Any, list[Any]] = defaultdict(list)
        self.speaking: dict[Any, list[Any]] = defaultdict(list)
        self.proven: dict[Any, list[str]] = defaultdict(list)
        for row in self.rows[Named].values():
            self.concerns[row.concern].append(row)
        for row in self.rows[CircleChange].values():
            self.acts[row.bundle].append(row)
            for key in (row.row, row.ended):
                self.speaking[key].append(row)
        for address in EmailAddress.objects.filter(verified=True).order_by("email"):
            self.proven[address.user_id].append(address.email)

    def row(self, model: type[models.Model], key: Any) -> Description:
        """One row, by what it says."""
        if (model, key) not in self.told:
            row = self.rows[model][key]
            names = MOVED[model.__name__].split()
            extra = [("proven", tuple(self.proven[key]))] if model is Account else []
            self.told[model, key] = (*((name, self.value(row, name)) for name in names), *extra)
        return self.told[model, key]

    def value(self, row: Any, name: str) -> Any:
        """One column."""
        column = row._meta.get_field(name)
        value = getattr(row, column.attname)
        if value is None:
            return None
        if name == "not_to":
            return tuple(sorted(self.name(number) for number in value))
        if name == "concern":
            return tuple(sorted((self.name(each.person_id), each.named_at) for each in self.concerns[value]))
        if name in {"row", "ended"}:  # one that is gone is told by the changes that speak of it
            return self.row(CircleRow, value) if value in self.rows[CircleRow] else self.changes(self.speaking[value])
        if name in {"bundle", "takes_back"}:
            return self.changes(self.acts[value])
        if column.related_model is Practice:
            return self.rows[Practice][value].ref
        if column.related_model is Person:
            return self.name(value)
        if column.related_model is not None:
            return self.row(column.related_model, value)
        return repr(value) if isinstance(value, list) else value

    def changes(self, rows: list[Any]) -> Any:
        """Changes of a circle, by who did what to whom when."""
        return tuple(sorted((self.name(row.person_id), row.kind, row.changed_at, row.effective) for row in rows))

    def name(self, number: int) -> str:
        """A person, by the name that is theirs alone in a test's practice."""
        found: str = self.rows[Person][number].name
        return found

    def practice(self, practice: Practice) -> dict[str, list[Description]]:
        """Everything in a practice, its people included: model → rows, in an order of their own."""
        found: dict[str, list[Description]] = {}
        for model, rows in self.rows.items():
            if "practice" in columns_of(model):
                mine = [key for key, row in rows.items() if row.practice_id == practice.pk]
                found[model.__name__] = sorted((self.row(model, key) for key in mine), key=repr)
        found["Practice"] = [self.row(Practice, practice.pk)]
        numbers = self.people(practice)
        for model in (Account, Person, Contact):
            found[model.__name__] = sorted((self.row(model, n) for n in numbers if n in self.rows[model]), key=repr)
        return found

    def people(self, practice: Practice) -> set[int]:
        """Everyone whom a row of the practice names."""
        found: set[int] = set()
        for model, rows in self.rows.items():
            columns = [f.attname for f in model._meta.concrete_fields if f.related_model is Person]
            if "practice" in columns_of(model):
                mine = [row for row in rows.values() if row.practice_id == practice.pk]
                found.update(getattr(row, column) for row in mine for column in columns)
                found.update(number for row in mine for number in getattr(row, "not_to", []))
        return found - {None}

    def readable(self, practice: Practice, moment: Any) -> dict[str, set[Any]]:
        """person → every row of the practice they can read, behind the wall."""
        found: dict[str, set[Any]] = {}
        everyone = self.people(practice)
        ours: dict[Any, set[Any]] = {Practice: {practice.pk}, Person: everyone, Contact: everyone}
        for model, rows in self.rows.items():
            if "practice" in columns_of(model):
                ours[model] = {key for key, row in rows.items() if row.practice_id == practice.pk}
        for number in everyone:
            with viewing(self.rows[Person][number], moment):
                seen = [
                    (model, key)
                    for model in ours
                    for key in model.objects.visible().values_list("pk", flat=True)
                    if key in ours[model]
                ]
            found[self.name(number)] = {(model.__name__, self.row(model, key)) for model, key in seen}
        return found
