"""What to look for, and how far back."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.visibility import viewer
from sessions_log.forms.common import EARLIEST

LONGEST = 100  # characters
PERIODS = [("90", _("the last three months")), ("366", _("the last year")), ("0", _("all the time"))]


class SearchForm(forms.Form):
    """Words to look for in a child's record, and the time to look in."""

    q = forms.CharField(
        label=_("Look for"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"required": _("Write a word or two to look for.")},
    )
    period = forms.ChoiceField(label=_("In"), choices=PERIODS, initial="366", required=False)
    before = forms.CharField(widget=forms.HiddenInput, required=False)

    def since(self) -> datetime:
        """The moment from which on is looked."""
        days = int(self.cleaned_data["period"] or 366)
        return viewer().moment - timedelta(days=days) if days else EARLIEST
