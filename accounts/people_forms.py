"""What an admin says about somebody: a role, from when, until when, and why."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.enums import StaffRole
from accounts.models import Practice
from accounts.visibility import viewer

REASON = 500  # characters
AHEAD = timedelta(days=3653)  # ten years: what is planned for later is a slip of the keyboard


class Day(forms.DateField):
    """A day, as browsers ask for one."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def checked(day: date, practice: Practice) -> date:
    """A day that can be planned for. Raises ValidationError."""
    today = viewer().moment.astimezone(practice.zone).date()
    if day < today:
        raise forms.ValidationError(
            gettext_lazy("This day has passed. What was is history: choose today or a later day.")
        )
    if day > today + AHEAD:
        raise forms.ValidationError(gettext_lazy("This day is too far ahead. Choose one within ten years."))
    return day


def first_moment(day: date, practice: Practice) -> datetime:
    """When the day begins in the practice."""
    return datetime.combine(day, time(), tzinfo=practice.zone)


class FromForm(forms.Form):
    """From when something holds. `starts`: None for now."""

    starts = Day(label=gettext_lazy("From"), required=False, help_text=gettext_lazy("Leave it empty for: from now on."))

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practice = practice

    def clean_starts(self) -> datetime | None:
        """The first moment of the day; None for today."""
        day = self.cleaned_data["starts"]
        if day is None:
            return None
        begins = first_moment(checked(day, self.practice), self.practice)
        return begins if begins > viewer().moment else None


class RoleForm(FromForm):
    """A role for somebody."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=StaffRole.choices, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a role.")},
    )  # fmt: skip
    field_order = ["role", "starts"]


class SupervisionForm(FromForm):
    """Somebody to supervise, or to be supervised by. `people`: names by number."""

    person = forms.ChoiceField(label=gettext_lazy("Who"), error_messages={"required": gettext_lazy("Choose a person.")})
    field_order = ["person", "starts"]

    def __init__(self, *args: Any, people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", gettext_lazy("Choose …")), *people.items()]  # type: ignore[attr-defined]


class UntilForm(forms.Form):
    """Until when something holds. `ends`: None for now. `before`: when it ends already, if it does."""

    ends = Day(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Leave it empty for: it ends now.")
    )

    def __init__(self, *args: Any, practice: Practice, before: datetime | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practice, self.before = practice, before

    def clean_ends(self) -> datetime | None:
        """The moment the last day is over."""
        day = self.cleaned_data["ends"]
        if day is None:
            return None
        ends = first_moment(checked(day, self.practice) + timedelta(days=1), self.practice)
        if self.before is not None and ends >= self.before:
            raise forms.ValidationError(gettext_lazy("It ends by then already. An end can only be brought forward."))
        return ends


class ReasonForm(forms.Form):
    """Why. It is kept with the act, for admins and safeguarding leads; nothing from a child's record belongs in it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Admins and safeguarding leads of the practice read it. Nothing about a child belongs here."),
        error_messages={"required": gettext_lazy("Say why: somebody may ask one day.")},
    )  # fmt: skip


class LostForm(ReasonForm):
    """Why a second factor is to come off: read by admins alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = gettext_lazy("How you know that it is them. Admins of the practice read it.")
