"""What forms share: boxes, people, hidden keys and versions."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from carebridge.lib.texts import Words

LONGEST = 100_000
# Earlier moments no calendar here means, and the very first ones cannot be shown in every reader's zone.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def text(rows: int, label: Any, *, required: bool = True, **attrs: Any) -> forms.CharField:
    """A text box that grows with what is written."""
    return Words(
        label=label,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows, **attrs}),
    )


class PeopleField(forms.MultipleChoiceField):
    """Some of the people offered; addressed by their random ids, cleaned to their numbers in the order offered."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **kwargs)
        self.offered: dict[str, Person] = {}

    def offer(self, people: Iterable[Person]) -> None:
        """Who may be chosen, once they are known."""
        self.offered = {str(person.public_id): person for person in people}
        self.choices = [(key, person.name) for key, person in self.offered.items()]

    def clean(self, value: Any) -> list[int]:
        """Person numbers."""
        wanted = set(super().clean(value))
        return [person.pk for key, person in self.offered.items() if key in wanted]


class KeyedForm(forms.Form):
    """Carries the hidden key by which a form sent twice is one act."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class VersionedForm(forms.Form):
    """Carries the moment of the text the writer saw, so that an older window never overwrites a newer text."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_seen(self) -> datetime | None:
        """The moment, to the microsecond; None for a text that is new."""
        value = self.cleaned_data["seen"]
        try:
            return datetime.fromisoformat(value) if value else None
        except ValueError:
            raise forms.ValidationError(_("This page is out of date. Please open it again.")) from None


def sent_before(form: forms.Form) -> None:
    """After a form came a second time with other words: they stay in the boxes under a fresh key, with what to do."""
    data: Any = form.data
    form.data = data.copy()
    form.data["form_key"] = str(uuid.uuid4())  # type: ignore[index]
    form.add_error(
        None,
        _(
            "This form arrived once before, with other words, and those are saved. Nothing is lost: the words below are "
            "not saved yet. Look at what is saved, then send these if they are still needed."
        ),
    )


def renew(form: forms.Form, version: datetime) -> None:
    """After a stale save: the writer's words stay in the boxes, and the next save is over the text now shown to them."""
    data: Any = form.data
    form.data = data.copy()
    form.data["seen"] = version.isoformat()  # type: ignore[index]


def offer(form: forms.Form, name: str, people: Iterable[Person]) -> None:
    """Tell a form's people field who may be chosen."""
    field = form.fields[name]
    assert isinstance(field, PeopleField)
    field.offer(people)


def words_list(value: str) -> list[str]:
    """Comma-separated words, trimmed, each once, in order."""
    return list(dict.fromkeys(word.strip()[:100] for word in value.split(",") if word.strip()))


class MomentField(forms.DateTimeField):
    """A moment someone remembers."""

    def to_python(self, value: Any) -> datetime | None:
        """Refuses what lies before living memory as it refuses what is no date."""
        moment: datetime | None = super().to_python(value)
        if moment is not None and moment < EARLIEST:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class LocalDateTimeInput(forms.DateTimeInput):
    """The browser's own picker, in the reader's zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")
