"""Words and templates a practice adds."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Practice
from carebridge.lib.texts import Words
from sessions_log.enums import ChoiceKind
from sessions_log.models import PracticeChoice
from sessions_log.vocabulary import TechniqueGroup, is_built_in

LONGEST = 80  # characters of a name
MOST_SECTIONS = 12


class ChoiceForm(forms.Form):
    """One more word of a kind, or one more template with its sections. `practice`: asked only of who works in several."""

    kind = forms.ChoiceField(choices=ChoiceKind.choices, widget=forms.HiddenInput)
    practice = forms.ChoiceField(label=gettext_lazy("Practice"))
    name = Words(label=gettext_lazy("Name"), max_length=LONGEST)
    group = forms.ChoiceField(
        label=gettext_lazy("Stands with"),
        choices=TechniqueGroup.choices,
        widget=forms.RadioSelect,
        initial=TechniqueGroup.OTHER,
    )
    sections = Words(
        label=gettext_lazy("Sections, one on each line"),
        max_length=LONGEST * MOST_SECTIONS * 2,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, kind: str, practices: Iterable[Practice], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{kind}_%s")  # four of these stand on one page
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = kind
        self.practices = {str(practice.public_id): practice for practice in practices}
        self.fields["practice"].choices = [(key, where.name) for key, where in self.practices.items()]  # type: ignore[attr-defined]
        if len(self.practices) == 1:
            del self.fields["practice"]
        if kind != ChoiceKind.TECHNIQUE:
            del self.fields["group"]
        if kind != ChoiceKind.TEMPLATE:
            del self.fields["sections"]

    @classmethod
    def of(cls, choice: PracticeChoice, data: Any = None) -> "ChoiceForm":
        """The same for a word that is there, filled with what it is."""
        said = {"name": choice.name, "group": choice.group, "sections": "\n".join(choice.sections)}
        return cls(data, kind=choice.kind, practices=[choice.practice], initial=said, auto_id="change_%s")

    def clean_name(self) -> str:
        """Not one of the built-in words again."""
        name: str = self.cleaned_data["name"]
        if is_built_in(self.data.get("kind", ""), name):
            raise forms.ValidationError(
                _("“%(name)s” is built in and stands there already. Take it from there, or choose another name."),
                params={"name": name},
            )
        return name

    def clean_sections(self) -> list[str]:
        """Headings, each once."""
        lines = [line.strip() for line in self.cleaned_data["sections"].splitlines() if line.strip()]
        names = list(dict.fromkeys(lines))
        if any(len(name) > LONGEST for name in names) or len(names) > MOST_SECTIONS:
            raise forms.ValidationError(_("At most 12 sections, and 80 letters for the heading of each."))
        return names

    def said(self) -> dict[str, Any]:
        """What the choice is made of."""
        data = self.cleaned_data
        where = self.practices[data["practice"]] if "practice" in data else next(iter(self.practices.values()))
        return {
            "practice": where,
            "kind": data["kind"],
            "name": data["name"],
            "group": data.get("group", ""),
            "sections": data.get("sections", []),
        }
