"""Notes and what is added to them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from sessions_log.enums import NoteTemplate
from sessions_log.forms.common import KeyedForm, VersionedForm, text

SECTIONS: dict[str, list[Any]] = {
    NoteTemplate.SOAP: [_("Subjective"), _("Objective"), _("Assessment"), _("Plan")],
    NoteTemplate.DAP: [_("Data"), _("Assessment"), _("Plan")],
    NoteTemplate.BIRP: [_("Behaviour"), _("Intervention"), _("Response"), _("Plan")],
    NoteTemplate.GIRP: [_("Goal"), _("Intervention"), _("Response"), _("Plan")],
    NoteTemplate.PLAY: [_("Play and themes"), _("What I did"), _("How the child used it"), _("Assessment"), _("Plan")],
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
