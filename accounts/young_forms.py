"""A card for a young person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.invitation_forms import readable
from accounts.models import Child
from accounts.young_reads import Young
from carebridge.lib.tables import one_line


class YoungForm(forms.Form):
    """Their name, while there is no log-in; and a tick where a card takes the place of something."""

    name = forms.CharField(
        label=gettext_lazy("How they are called here"),
        help_text=gettext_lazy("The care team sees this name beside what they write."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    sure = forms.BooleanField(label=gettext_lazy("They asked for it, and they are here with me"))

    def __init__(self, *args: Any, child: Child, young: Young | None, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"name": child.name}, **kwargs})
        if young:
            del self.fields["name"]
        if not young or not (young.signs_in or young.card):
            del self.fields["sure"]

    def clean_name(self) -> str:
        """On one line, with nothing that cannot be seen."""
        return readable(one_line(self.cleaned_data["name"]))
