"""Entering something in error."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sessions_log.forms.common import text


class ErrorForm(forms.Form):
    """Why it was entered in error; and, where something hangs on it, whether that goes with it."""

    reason = text(3, _("What is wrong with it?"))
    also = forms.BooleanField(label=_("And what is written on it"), required=False, initial=True)

    def __init__(self, *args: Any, also: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = _("Say why. The reason is kept with it, for good.")
        if not also:
            del self.fields["also"]
