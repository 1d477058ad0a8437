"""Forms validate only. Longest text: 100,000 characters a box."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from accounts.reads import Reader
from sessions_log.enums import NoteTemplate, OverrideGround, UpdateKind, WishKind

LONGEST = 100_000
# Earlier moments no calendar here means, and the very first ones cannot be shown in every reader's zone.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
SECTIONS: dict[str, list[Any]] = {
    NoteTemplate.SOAP: [_("Subjective"), _("Objective"), _("Assessment"), _("Plan")],
    NoteTemplate.DAP: [_("Data"), _("Assessment"), _("Plan")],
    NoteTemplate.BIRP: [_("Behaviour"), _("Intervention"), _("Response"), _("Plan")],
    NoteTemplate.GIRP: [_("Goal"), _("Intervention"), _("Response"), _("Plan")],
    NoteTemplate.PLAY: [_("Play and themes"), _("What I did"), _("How the child used it"), _("Assessment"), _("Plan")],
}


def text(rows: int, label: Any, *, required: bool = True, **attrs: Any) -> forms.CharField:
    """A text box that grows with what is written."""
    return forms.CharField(
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


class NoteForm(KeyedForm, VersionedForm):
    """One box for each section of the template, or one for free text. A draft may be empty; a signed note may not."""

    def __init__(self, *args: Any, template: str, names: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section_names = names if names is not None else [str(name) for name in SECTIONS.get(template, [])]
        if not self.section_names:
            self.fields["body"] = text(14, _("Progress note"), required=False)
        for number, name in enumerate(self.section_names):
            self.fields[f"section_{number}"] = text(4, name, required=False)

    def body(self) -> str:
        """Free text, empty for a template with sections."""
        return str(self.cleaned_data.get("body", ""))

    def sections(self) -> list[list[str]]:
        """[name, text] in order."""
        return [[name, self.cleaned_data[f"section_{n}"]] for n, name in enumerate(self.section_names)]

    def is_blank(self) -> bool:
        """Whether nothing has been written."""
        return not self.body().strip() and not any(words.strip() for _, words in self.sections())


class AddendumForm(KeyedForm):
    """Something to add to a signed note."""

    body = text(4, _("Addendum"))


class ProcessNoteForm(KeyedForm, VersionedForm):
    """The writer's own thinking."""

    body = text(8, _("Process note"))


class SummaryForm(KeyedForm, VersionedForm):
    """A summary in plain words."""

    body = text(8, _("Summary"))


class WishForm(VersionedForm):
    """What the child said about sharing."""

    ANSWERS = ("kind", "not_to", "asked", "seen")

    kind = forms.ChoiceField(label=_("What did the child say?"), choices=WishKind.choices, widget=forms.RadioSelect)
    not_to = PeopleField(label=_("Not to"), required=False)
    asked = forms.BooleanField(label=_("I asked the child about this summary just now"), required=False)

    def __init__(self, *args: Any, readers: list[Reader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "not_to", (reader.person for reader in readers if reader.adult))

    def clean(self) -> dict[str, Any]:
        """Someone is named exactly when the wish is "not to some people"."""
        data = super().clean() or {}
        if data.get("kind") == WishKind.NOT_TO and not data.get("not_to"):
            self.add_error("not_to", _("Choose whom the child does not want to read it."))
        if data.get("kind") != WishKind.NOT_TO:
            data["not_to"] = []
        return data


class ReleaseForm(forms.Form):
    """Whom to share with; against the child's wish only with a ground and how it was explained."""

    readers = PeopleField(label=_("Share with"), error_messages={"required": _("Choose at least one reader.")})
    ground = forms.ChoiceField(
        label=_("Ground for going against the wish"),
        required=False,
        choices=[("", _("Choose a ground")), *OverrideGround.choices],
    )
    explanation = text(3, _("How it was explained to the child"), required=False)
    send_anyway = forms.BooleanField(required=False)

    def __init__(self, *args: Any, readers: list[Reader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.possible = {reader.person.pk: reader for reader in readers if reader.choosable}
        offer(self, "readers", (reader.person for reader in self.possible.values()))

    def chosen(self) -> list[Reader]:
        """The readers, in the order offered."""
        return [self.possible[number] for number in self.cleaned_data["readers"]]


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
