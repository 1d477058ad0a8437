"""What forms say when something is not right: a sentence that tells what to do, in the place of the framework's own."""

from django import forms
from django.utils.translation import gettext_lazy as _

WORDS = {
    "required": _("This is still needed: fill it in."),
    "max_length": _(
        "This is too long: it has %(show_value)d letters, and %(limit_value)d fit. Shorten it; nothing is lost."
    ),
    "min_value": _("The smallest number that fits here is %(limit_value)s."),
    "max_value": _("The largest number that fits here is %(limit_value)s."),
    "null_characters_not_allowed": _(
        "This text holds an empty sign that cannot be kept. Write the words around it anew, then send again."
    ),
}


def install() -> None:
    """From now on every field says so, unless its form says better."""
    forms.Field.default_error_messages = {**forms.Field.default_error_messages, **WORDS}
