"""The file that moves children and families in."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Practice
from accounts.move_in_columns import COLUMNS, NEEDED
from carebridge.lib.tables import Line, Unreadable, read_table


class MoveInForm(forms.Form):
    """A table saved as CSV. `practice`: asked only of who is an admin of several."""

    practice = forms.ChoiceField(label=gettext_lazy("Practice"))
    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("CSV, up to 5 MB and 10,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        error_messages={
            "required": gettext_lazy("No file arrived. Choose one; it must not be larger than 5 MB."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def __init__(self, *args: Any, practices: Iterable[Practice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practices = {str(practice.public_id): practice for practice in practices}
        self.fields["practice"].choices = [(key, where.name) for key, where in self.practices.items()]  # type: ignore[attr-defined]
        if len(self.practices) == 1:
            del self.fields["practice"]

    def clean_file(self) -> list[Line]:
        """The rows of the file. What cannot be read is said with its row."""
        try:
            return read_table(self.cleaned_data["file"].read(), COLUMNS, NEEDED)
        except Unreadable as why:
            raise forms.ValidationError(str(why)) from None

    @property
    def chosen(self) -> Practice:
        """Where it is brought in."""
        key = self.cleaned_data.get("practice")
        return self.practices[key] if key else next(iter(self.practices.values()))


def numbers(given: Iterable[str]) -> list[int]:
    """Row numbers out of a form; what is none is passed over."""
    return [int(each) for each in given if each.isascii() and each.isdigit() and len(each) < 7]
