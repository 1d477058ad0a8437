"""Notes and what is added to them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from sessions_log.forms.common import KeyedForm, VersionedForm, text
from sessions_log.models import ProgressNote
from sessions_log.note_reads import SECTIONS, Layout, layout_of

__all__ = ["SECTIONS", "AddendumForm", "GiveBackForm", "NoteForm", "OfferForm", "ProcessNoteForm", "ShownForm"]
MOST_SECTIONS = 30
BOXES = ("template", "names", "body", *(f"section_{number}" for number in range(MOST_SECTIONS)))


class NoteForm(KeyedForm, VersionedForm):
    """One box for each section of the layout, or one for free text. A draft may be empty; a signed note may not.

    `names` are the sections the page was made with: when the draft was given another template in the meantime, the words
    of an older window still find their boxes.
    """

    template = forms.CharField(widget=forms.HiddenInput, required=False)
    names = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, layout: Layout, initial: dict[str, Any] | None = None) -> None:
        named = {"template": layout.key, "names": json.dumps(layout.sections, ensure_ascii=False)}
        super().__init__(moved(data, layout) if data else None, initial={**(initial or {}), **named})
        self.layout = layout
        if not layout.sections:
            self.fields["body"] = text(14, _("Progress note"), required=False)
        for number, name in enumerate(layout.sections):
            self.fields[f"section_{number}"] = text(4, name, required=False)

    @classmethod
    def of(cls, note: ProgressNote, data: Any = None) -> "NoteForm":
        """The form of a draft, with its words."""
        return cls(data, layout=layout_of(note), initial={"seen": note.changed_at.isoformat(), **filled(note)})

    @classmethod
    def adopting(cls, note: ProgressNote, known: Sequence[Layout]) -> "NoteForm":
        """The form of a new note that begins with another's words, in the same layout; as free text if there is none such."""
        same = layout_of(note)
        free = next(layout for layout in known if not layout.sections)
        alike = (
            one
            for one in known
            if (one.template, one.label, one.sections) == (same.template, same.label, same.sections)
        )
        layout = next(alike, free)
        if layout is not free:
            return cls(layout=layout, initial=filled(note))
        return cls(layout=free, initial={"body": carried(note.body, note.sections, ())[0]})

    def body(self) -> str:
        """Free text, empty for a template with sections."""
        return str(self.cleaned_data.get("body", ""))

    def sections(self) -> list[list[str]]:
        """[name, text] in order."""
        return [[name, self.cleaned_data[f"section_{n}"]] for n, name in enumerate(self.layout.sections)]

    def words(self) -> dict[str, Any]:
        """What is saved of it."""
        return {"layout": self.layout, "body": self.body(), "sections": self.sections()}

    def has_words(self) -> bool:
        """Whether what was sent has words in it, valid or not: they are not saved yet."""
        return self.is_bound and any(str(field.value() or "").strip() for field in self.visible_fields())

    def is_blank(self) -> bool:
        """Whether nothing has been written."""
        return not self.body().strip() and not any(words.strip() for _, words in self.sections())


def filled(note: ProgressNote) -> dict[str, str]:
    """A note's words by the names of its boxes."""
    return {"body": note.body} | {f"section_{number}": words for number, (_name, words) in enumerate(note.sections)}


def names_in(value: str) -> list[str] | None:
    """The sections a page was made with, as it says itself; None when it does not say so."""
    try:
        names = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(names, list) or len(names) > MOST_SECTIONS:
        return None
    return names if all(isinstance(name, str) for name in names) else None


def moved(data: Any, layout: Layout) -> Any:
    """The form's data, its words moved to the boxes of the layout when the page was made with another one."""
    names, found = names_in(data.get("names", "")), data.copy()
    found["template"] = layout.key
    if names is None or tuple(names) == layout.sections:
        return found
    written = [[name, data.get(f"section_{number}", "")] for number, name in enumerate(names)]
    for name in [name for name in found if name == "body" or name.startswith("section_")]:
        del found[name]
    found["names"] = json.dumps(layout.sections, ensure_ascii=False)
    body, sections = carried(data.get("body", ""), written, layout.sections)
    found["body"] = body
    for number, (_name, words) in enumerate(sections):
        found[f"section_{number}"] = words
    return found


def carried(body: str, sections: Sequence[Sequence[str]], names: Sequence[str]) -> tuple[str, list[list[str]]]:
    """A note's words under other section names: (free text, sections). What finds no section of its name is kept under
    its old name, in the first section or the free text; no word is lost."""
    kept: dict[str, str] = {}
    homeless = [body] if body.strip() else []
    for name, words in sections:
        if name in names and name not in kept:
            kept[name] = words
        elif words.strip():
            homeless.append(f"{name}:\n{words}")
    if not names:
        return "\n\n".join(homeless), []
    first = [words for words in (kept.get(names[0], ""), *homeless) if words.strip()]
    return "", [[name, "\n\n".join(first) if name == names[0] else kept.get(name, "")] for name in names]


class ShownForm(forms.Form):
    """The text that was shown when someone put their name to it."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class OfferForm(forms.Form):
    """One of the author's supervisors, addressed by their random id, cleaned to the person."""

    person = forms.ChoiceField(label=_("Who shall co-sign it?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, supervisors: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(person.public_id): person for person in supervisors}
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, person.name) for key, person in self.offered.items()]
        if len(self.offered) == 1:
            field.initial = next(iter(self.offered))

    def clean_person(self) -> Person:
        """The supervisor."""
        return self.offered[self.cleaned_data["person"]]


class GiveBackForm(ShownForm):
    """What is still to be done."""

    words = text(4, _("What should be changed?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].error_messages["required"] = _("Say what should be changed, so that it can be.")


class AddendumForm(KeyedForm):
    """Something to add to a signed note."""

    body = text(4, _("Addendum"))


class ProcessNoteForm(KeyedForm, VersionedForm):
    """The writer's own thinking."""

    body = text(8, _("Process note"))
