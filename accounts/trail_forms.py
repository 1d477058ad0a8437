"""What of the trail somebody looks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit_words import KINDS
from accounts.models.audit import ADMIN_ACTIONS
from accounts.visibility import viewer
from carebridge.lib.texts import Words

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def kinds() -> list[Any]:
    """Kinds of acts, and under each its acts: for admins those they may read."""
    all_of_it = viewer().stands_anywhere_in("lead")
    found: list[Any] = [("", _("everything"))]
    for kind, (label, told) in KINDS.items():
        acts = [(action, words) for action, words in told.items() if all_of_it or action in ADMIN_ACTIONS]
        if acts:
            found.append((label, [(kind, _("all of it: %(kind)s") % {"kind": label}), *acts]))
    return found


class TrailForm(forms.Form):
    """Names are posted and become ids: no address, history or log holds them."""

    person = Words(label=gettext_lazy("Person"), required=False, max_length=100)
    child = Words(label=gettext_lazy("Child"), required=False, max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=DAY)
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A time that ends before it begins holds nothing."""
        data: dict[str, Any] = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This must not be before the first day."))
        return data
