"""Updates from home, and answers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from sessions_log.enums import UpdateKind
from sessions_log.forms.common import (
    KeyedForm,
    LocalDateTimeInput,
    MomentField,
    PeopleField,
    offer,
    text,
)


class UpdateForm(KeyedForm):
    """An update from home: the kind and a few words are enough."""

    kind = forms.ChoiceField(
        label=_("What is it?"), choices=UpdateKind.choices, widget=forms.RadioSelect, initial=UpdateKind.WIN
    )
    body = text(4, _("What happened?"))
    observed_at = MomentField(label=_("When"), widget=LocalDateTimeInput())
    where = forms.CharField(label=_("Where"), required=False, max_length=200)
    intensity = forms.IntegerField(label=_("How strong was it, 0 to 10?"), required=False, min_value=0, max_value=10)
    antecedent = text(2, _("What came before?"), required=False)
    behaviour = text(2, _("What did the child do?"), required=False)
    consequence = text(2, _("What followed?"), required=False)
    helped = text(2, _("What helped?"), required=False)
    share_with = PeopleField(required=False)

    def __init__(self, *args: Any, others: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "share_with", others)

    def clean_observed_at(self) -> datetime:
        """What has not happened yet cannot be reported."""
        observed: datetime = self.cleaned_data["observed_at"]
        if observed > timezone.now() + timedelta(minutes=5):
            raise forms.ValidationError(_("This lies in the future."))
        return observed

    def words(self) -> dict[str, Any]:
        """The fields of the update itself."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"form_key", "share_with"}}


class ReplyForm(KeyedForm):
    """The team's answer."""

    body = text(3, _("Reply"))
