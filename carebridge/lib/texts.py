"""The text box every room uses."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class Words(forms.CharField):
    """What someone writes, in any script and direction. Refused are the two invisible signs that write letters backwards
    (U+202D, U+202E): with them a text shows something else than it says. What is shown again comes without them."""

    def validate(self, value: Any) -> None:
        """As any text; and none of the two signs."""
        super().validate(value)
        if value != without_turns(value):
            raise forms.ValidationError(
                _(
                    "Invisible signs that turn the order of letters around cannot be kept. The button takes them out: look "
                    "at the text, then press it again."
                )
            )

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What stands in the box after a refusal."""
        return without_turns(super().bound_data(data, initial))


def without_turns(value: Any) -> Any:
    """A text without the signs that write letters backwards."""
    return value.translate({0x202D: None, 0x202E: None}) if isinstance(value, str) else value
