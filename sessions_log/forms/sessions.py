"""Logging a session: taps first, text last."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from accounts.visibility import viewer
from carebridge.lib.texts import Words
from sessions_log.enums import ChoiceKind
from sessions_log.forms.common import (
    KeyedForm,
    LocalDateTimeInput,
    MomentField,
    PeopleField,
    VersionedForm,
    offer,
    text,
    words_list,
)
from sessions_log.models import PracticeChoice, SessionRecord
from sessions_log.vocabulary import GROUPS, Affect, Setting, TechniqueGroup, Theme, worded

LENGTHS = (30, 45, 50, 60, 90)  # minutes
LONGEST_WORD = 100  # characters of a technique or theme
MOST_WORDS = 60
RATINGS = [*((str(number), str(number)) for number in range(11)), ("", gettext_lazy("not rated"))]

type Group = tuple[Any, list[tuple[str, Any]]]


def taps(label: Any) -> forms.MultipleChoiceField:
    """Some of the words offered."""
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple)


class SessionForm(KeyedForm, VersionedForm):
    """When, how long, who came, what came from home; the clinical record; then, for who likes, two texts beside the progress
    note (a NoteForm of its own on the same page). `seen`: of the unsent form, when it was saved. `opened`: when its page was.
    """

    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    held_at = MomentField(label=gettext_lazy("When it began"), widget=LocalDateTimeInput())
    length = forms.ChoiceField(
        label=gettext_lazy("Length in minutes"),
        required=False,
        choices=[(str(number), str(number)) for number in LENGTHS],
        widget=forms.RadioSelect,
        initial="50",
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Other length, in minutes"), required=False, min_value=1, max_value=600
    )
    child_attended = forms.BooleanField(required=False, initial=True)
    attended = PeopleField(label=gettext_lazy("Who else came"), required=False)
    used = taps(gettext_lazy("Used in this session"))
    used.widget.attrs["form"] = "log"  # the boxes stand beside the form, each at its update
    tapped_setting = forms.ChoiceField(label=gettext_lazy("Setting"), required=False, widget=forms.RadioSelect)
    setting = Words(label=gettext_lazy("Another setting, or more about it"), required=False, max_length=200)
    tapped_techniques = taps(gettext_lazy("Techniques"))
    techniques = Words(
        label=gettext_lazy("Other techniques, with commas between them"), required=False, max_length=1000
    )
    tapped_themes = taps(gettext_lazy("Themes"))
    themes = Words(label=gettext_lazy("Other themes, with commas between them"), required=False, max_length=1000)
    engagement = forms.TypedChoiceField(
        label=gettext_lazy("Engagement, 0 to 10"),
        required=False,
        choices=RATINGS,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        initial="",
    )
    tapped_affect = taps(gettext_lazy("Affect"))
    affect = text(2, gettext_lazy("More about affect and body language"), required=False)
    child_words = text(2, gettext_lazy("The child's own words"), required=False)
    child_choices = text(2, gettext_lazy("What the child chose"), required=False)
    process = text(6, gettext_lazy("Process note"), required=False)
    summary = text(6, gettext_lazy("Summary"), required=False)

    def __init__(
        self,
        *args: Any,
        people: Iterable[Person],
        own: Iterable[PracticeChoice] = (),
        updates: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "attended", people)
        self.fields["used"].choices = [(update, "") for update in updates]  # type: ignore[attr-defined]
        self.fields["used"].error_messages["invalid_choice"] = _(
            "Nothing is logged yet: one of the updates from home is no longer there. Look at them again, then log the session."
        )
        added = list(own)
        techniques = [
            (label, [*GROUPS[group].choices, *named(added, ChoiceKind.TECHNIQUE, group)])
            for group, label in TechniqueGroup.choices
        ]
        self.tap("tapped_techniques", techniques)
        self.tap("tapped_themes", [("", [*Theme.choices, *named(added, ChoiceKind.THEME)])])
        self.tap("tapped_setting", [("", [*Setting.choices, *named(added, ChoiceKind.SETTING)])])
        self.tap("tapped_affect", [("", list(Affect.choices))])

    def tap(self, name: str, groups: list[Group]) -> None:
        """What can be tapped. A word the practice took off since the form was opened stays, as if it had been typed."""
        known = {key for _label, words in groups for key, _word in words}
        data: Any = self.data
        given = data.getlist(name) if self.is_bound else self.initial.get(name) or []
        given = [given] if isinstance(given, str) else given
        more = [word for word in dict.fromkeys(given) if word and word not in known and is_word(word)]
        if more and name != "tapped_affect":
            groups = [*groups, (_("No longer offered"), [(word, word) for word in more[:MOST_WORDS]])]
        self.fields[name].choices = groups  # type: ignore[attr-defined]

    def technique_groups(self) -> list[tuple[Any, list[Any], int]]:
        """The techniques by group: its label, its boxes, and how many of them are tapped."""
        boxes = {str(box.data["value"]): box for box in self["tapped_techniques"]}
        choices: Any = self.fields["tapped_techniques"].choices  # type: ignore[attr-defined]
        found = [(label, [boxes[str(key)] for key, _word in words]) for label, words in choices]
        return [(label, group, sum(box.data["selected"] for box in group)) for label, group in found]

    def clean_opened(self) -> datetime | None:
        """When the page was made, as it says itself; None when it does not."""
        try:
            opened = datetime.fromisoformat(self.cleaned_data["opened"])
        except ValueError:
            return None
        return opened if opened.tzinfo else None

    def clean_held_at(self) -> Any:
        """A session is logged after it has begun: nothing of it could be read before."""
        held = self.cleaned_data["held_at"]
        if held > viewer().moment:
            raise forms.ValidationError(_("This lies in the future. Log a session after it has been held."))
        return held

    def clean_techniques(self) -> list[str]:
        """Typed words, one by one."""
        return separate(self.cleaned_data["techniques"])

    def clean_themes(self) -> list[str]:
        """Typed words, one by one."""
        return separate(self.cleaned_data["themes"])

    def clean(self) -> dict[str, Any]:
        """What was tapped and what was typed, together: minutes, setting, affect."""
        data = super().clean() or {}
        if "minutes" in data and data["minutes"] is None:
            data["minutes"] = int(data["length"]) if data.get("length") else None
            if data["minutes"] is None:
                self.add_error("minutes", _("Say how long it was: tap a length or type the minutes."))
        if "setting" in data:
            tapped = data.get("tapped_setting", "")
            typed = data["setting"]
            data["setting"] = f"{worded(ChoiceKind.SETTING, tapped)}, {typed}" if tapped and typed else tapped or typed
            if len(data["setting"]) > SessionRecord._meta.get_field("setting").max_length:  # type: ignore[operator]
                self.add_error("setting", _("This is too long for the setting. The record has room for more below."))
        seemed = ", ".join(str(Affect(key).label) for key in data.get("tapped_affect", ()))
        data["affect"] = "\n".join(part for part in (seemed, data.get("affect", "")) if part)
        return data

    def record(self) -> dict[str, Any]:
        """The fields of the clinical record."""
        data = self.cleaned_data
        both = {name: list(dict.fromkeys([*data[f"tapped_{name}"], *data[name]])) for name in ("techniques", "themes")}
        rest = ("setting", "engagement", "affect", "child_words", "child_choices")
        return both | {name: data[name] for name in rest}


def named(choices: list[PracticeChoice], kind: str, group: str = "") -> list[tuple[str, str]]:
    """The practice's own words of a kind; a technique of no group of ours stands with the others."""
    last = TechniqueGroup.OTHER
    return [
        (choice.name, choice.name)
        for choice in choices
        if choice.kind == kind
        and (not group or choice.group == group or (group == last and choice.group not in GROUPS))
    ]


def is_word(value: str) -> bool:
    """Whether it could have been typed as one technique, theme or setting."""
    return len(value) <= LONGEST_WORD and "\0" not in value


def separate(value: str) -> list[str]:
    """Words between commas. One that is too long is refused, not cut."""
    if any(len(word.strip()) > LONGEST_WORD for word in value.split(",")):
        raise forms.ValidationError(
            _("Each of them can have 100 letters. Put commas between them, or write what is longer in the boxes below.")
        )
    return words_list(value)
