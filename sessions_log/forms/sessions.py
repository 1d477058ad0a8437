"""Logging a session."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from sessions_log.forms.common import (
    KeyedForm,
    LocalDateTimeInput,
    MomentField,
    PeopleField,
    offer,
    text,
    words_list,
)


class SessionForm(KeyedForm):
    """When, how long, who came; then the clinical record."""

    held_at = MomentField(label=_("When"), widget=LocalDateTimeInput())
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=600, initial=50)
    child_attended = forms.BooleanField(required=False, initial=True)
    attended = PeopleField(label=_("Who else came"), required=False)
    setting = forms.CharField(label=_("Setting"), required=False, max_length=200)
    techniques = forms.CharField(
        label=_("Techniques"), required=False, max_length=1000, help_text=_("Separate with commas: drawing, role play")
    )
    themes = forms.CharField(
        label=_("Themes"), required=False, max_length=1000, help_text=_("Separate with commas: separation, worry")
    )
    engagement = forms.IntegerField(label=_("Engagement, 0 to 10"), required=False, min_value=0, max_value=10)
    affect = text(2, _("Affect and body language"), required=False)
    child_words = text(2, _("The child's own words"), required=False)
    child_choices = text(2, _("What the child chose"), required=False)

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "attended", people)

    def clean_held_at(self) -> datetime:
        """Not more than a day ahead: a session planned for next week has not been held."""
        held: datetime = self.cleaned_data["held_at"]
        if held > timezone.now() + timedelta(days=1):
            raise forms.ValidationError(_("This lies in the future. Log a session after it has been held."))
        return held

    def record(self) -> dict[str, Any]:
        """The fields of the clinical record."""
        data = self.cleaned_data
        return {
            "setting": data["setting"],
            "techniques": words_list(data["techniques"]),
            "themes": words_list(data["themes"]),
            "engagement": data["engagement"],
            "affect": data["affect"],
            "child_words": data["child_words"],
            "child_choices": data["child_choices"],
        }
