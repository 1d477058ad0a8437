"""A child's card."""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.circle_forms import DayField, Line, Said
from accounts.models import Child, Practice

OLDEST = 120  # years


class CardForm(forms.Form):
    """What everyone in the circle reads of the child."""

    name = Line(label=gettext_lazy("Name"), max_length=200)
    date_of_birth = DayField(
        label=gettext_lazy("Date of birth"),
        help_text=gettext_lazy("What the practice does at certain ages, coming of age included, is counted from it."),
    )
    pronouns = Line(label=gettext_lazy("Pronouns"), required=False, max_length=40)
    about_me = Said(
        label=gettext_lazy("About me"), required=False,
        help_text=gettext_lazy("As the child wishes. Everyone in the circle reads it; nothing from the record belongs here."),
    )  # fmt: skip

    def clean_date_of_birth(self) -> date:
        """Born, and not longer ago than people live."""
        born: date = self.cleaned_data["date_of_birth"]
        today = datetime.now(UTC).date()
        if born > today:
            raise forms.ValidationError(_("That day has not come yet."))
        if today.year - born.year > OLDEST:
            raise forms.ValidationError(_("That is longer ago than people live."))
        return born

    @property
    def card(self) -> dict[str, Any]:
        """The columns."""
        return {name: self.cleaned_data[name] for name in CARD}


CARD = ("name", "date_of_birth", "pronouns", "about_me")


class NewChildForm(CardForm):
    """A new child. `practice`: asked only of who is an admin of several. `twin`: asked when a child of that name and birth date
    is here already."""

    practice = forms.ChoiceField(label=gettext_lazy("Practice"))
    twin = forms.BooleanField(label=gettext_lazy("It is another child: make a new card"), required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    field_order = ("practice", *CARD, "twin")

    def __init__(self, *args: Any, practices: Iterable[Practice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practices = {str(practice.public_id): practice for practice in practices}
        self.fields["practice"].choices = [(key, where.name) for key, where in self.practices.items()]  # type: ignore[attr-defined]
        if len(self.practices) == 1:
            del self.fields["practice"]

    @property
    def chosen(self) -> Practice:
        """Where the child is."""
        key = self.cleaned_data.get("practice")
        return self.practices[key] if key else next(iter(self.practices.values()))


class ChangeCardForm(CardForm):
    """Carries the card that was looked at: an older window never overwrites a newer one."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, data: Any, *, child: Child) -> None:
        super().__init__(data, initial={name: getattr(child, name) for name in CARD})
