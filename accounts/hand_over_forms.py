"""Whom a caseload goes to, from when, on what evidence."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.circle_forms import FARTHEST, LATER, NOW, Said
from accounts.models import Child, Person, Practice
from accounts.visibility import viewer

ALL, SOME = "all", "some"


class HandOverForm(forms.Form):
    """One hand-over. The moment is read as the practice's clock shows it."""

    to = forms.ChoiceField(label=gettext_lazy("To whom"))
    which = forms.ChoiceField(
        label=gettext_lazy("Which children"), widget=forms.RadioSelect, initial=ALL,
        choices=[(ALL, gettext_lazy("the whole caseload")), (SOME, gettext_lazy("the children ticked below"))],
    )  # fmt: skip
    children = forms.MultipleChoiceField(
        label=gettext_lazy("Children"), widget=forms.CheckboxSelectMultiple, required=False
    )
    when = forms.ChoiceField(
        label=gettext_lazy("From when"), widget=forms.RadioSelect, initial=NOW,
        choices=[(NOW, gettext_lazy("from now on")), (LATER, gettext_lazy("from a later moment"))],
    )  # fmt: skip
    moment = forms.DateTimeField(
        label=gettext_lazy("From this moment"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    evidence = Said(
        label=gettext_lazy("What it rests on"), required=False,
        help_text=gettext_lazy("For example: “Tom leaves on 30 November; agreed with the families”. It stays in each history."),
    )  # fmt: skip
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(
        self, *args: Any, practice: Practice, staff: Iterable[Person], children: Sequence[Child], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.practice = practice
        self.staff = {str(one.public_id): one for one in staff}
        self.offered = {str(one.public_id): one for one in children}
        self.fields["to"].choices = [("", "–"), *((key, one.name) for key, one in self.staff.items())]  # type: ignore[attr-defined]
        self.fields["children"].choices = [(key, one.name) for key, one in self.offered.items()]  # type: ignore[attr-defined]
        self.fields["moment"].help_text = _(
            "By the practice's clock (%(zone)s). It ends by itself for the one and begins for the other."
        ) % {"zone": practice.time_zone}

    def clean_moment(self) -> datetime | None:
        """A moment ahead, when one is asked for."""
        typed: datetime | None = self.cleaned_data["moment"]
        if self.cleaned_data.get("when") != LATER:
            return None
        if typed is None:
            raise forms.ValidationError(_("Choose the moment, or choose “from now on”."))
        here = timezone.make_naive(typed).replace(tzinfo=self.practice.zone)
        if here <= viewer().moment:
            raise forms.ValidationError(_("That moment is over. Choose a later one, or “from now on”."))
        if here > viewer().moment + FARTHEST:
            raise forms.ValidationError(_("That is too far ahead."))
        return here

    def clean(self) -> dict[str, Any]:
        """At least one child."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("which") == SOME and not data.get("children") and "children" not in self.errors:
            self.add_error("children", _("Tick at least one child."))
        return data

    @property
    def receiver(self) -> Person:
        """Who takes over."""
        return self.staff[self.cleaned_data["to"]]

    @property
    def chosen(self) -> set[int]:
        """The numbers of the children meant."""
        if self.cleaned_data["which"] == ALL:
            return {child.pk for child in self.offered.values()}
        return {self.offered[key].pk for key in self.cleaned_data["children"]}
