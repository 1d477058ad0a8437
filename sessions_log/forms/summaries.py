"""Summaries, the child's wish, and sharing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.reads import Reader
from sessions_log.enums import OverrideGround, WishKind
from sessions_log.forms.common import KeyedForm, PeopleField, VersionedForm, offer, text


class SummaryForm(KeyedForm, VersionedForm):
    """A summary in plain words."""

    body = text(8, _("Summary"))


class WishForm(VersionedForm):
    """What the child said about sharing."""

    ANSWERS = ("kind", "not_to", "asked", "seen")

    kind = forms.ChoiceField(label=_("What did the child say?"), choices=WishKind.choices, widget=forms.RadioSelect)
    not_to = PeopleField(label=_("Not to"), required=False)
    asked = forms.BooleanField(label=_("With “ask me first”: I asked about this summary just now"), required=False)

    def __init__(self, *args: Any, readers: list[Reader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "not_to", (reader.person for reader in readers if reader.adult))

    def clean(self) -> dict[str, Any]:
        """Someone is named exactly when the wish is "not to some people"."""
        data = super().clean() or {}
        if data.get("kind") == WishKind.NOT_TO and not data.get("not_to"):
            self.add_error("not_to", _("Choose whom the child does not want to read it."))
        if data.get("kind") != WishKind.NOT_TO:
            data["not_to"] = []
        return data


class ReleaseForm(forms.Form):
    """Whom to share with; against the child's wish only with a ground and how it was explained."""

    readers = PeopleField(
        label=_("Share with"),
        error_messages={
            "required": _("Choose at least one reader."),
            "invalid_choice": _("Nothing was shared: someone you chose can no longer receive it. Please choose again."),
        },
    )
    ground = forms.ChoiceField(
        label=_("Ground for going against the wish"),
        required=False,
        choices=[("", _("Choose a ground")), *OverrideGround.choices],
    )
    explanation = text(3, _("How it was explained to the child"), required=False)
    send_anyway = forms.BooleanField(required=False)

    def __init__(self, *args: Any, readers: list[Reader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.possible = {reader.person.pk: reader for reader in readers if reader.choosable}
        offer(self, "readers", (reader.person for reader in self.possible.values()))

    def chosen(self) -> list[Reader]:
        """The readers, in the order offered."""
        return [self.possible[number] for number in self.cleaned_data["readers"]]
