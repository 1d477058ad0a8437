"""The practice's details and policy, as an admin fills them in."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import RecordAccess
from accounts.models import Practice
from accounts.practice_reads import DETAILS, POLICY, version
from carebridge.lib.texts import Words
from carebridge.lib.zones import places

LONGEST = 20_000  # letters of a text for families: nobody reads more


def words(rows: int, label: Any, help_text: Any) -> Words:
    """A text for families; it may stay empty."""
    box = forms.Textarea(attrs={"rows": rows})
    return Words(label=label, help_text=help_text, required=False, max_length=LONGEST, widget=box)


def hours(label: Any, help_text: Any, most: int) -> forms.IntegerField:
    """A whole number of hours."""
    return forms.IntegerField(label=label, help_text=help_text, min_value=1, max_value=most)


class Settings(forms.Form):
    """Some columns of one practice. `seen`: the version its writer saw; `confirmed`: what they were shown of whom it moves."""

    names: tuple[str, ...] = ()
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    confirmed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(practice, name) for name in self.names}
        kwargs["initial"]["seen"] = version(practice, self.names)
        super().__init__(*args, **kwargs)

    @property
    def values(self) -> dict[str, Any]:
        """What was said, by column."""
        given = ((name, self.cleaned_data[name]) for name in self.names)
        return {name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in given}

    def begin_again(self, now: Practice) -> None:
        """After a stale save: the writer's words stay in the boxes, and the next save is over what is shown to them now."""
        data: Any = self.data
        self.data = data.copy()
        self.data["seen"] = version(now, self.names)  # type: ignore[index]
        self.data["confirmed"] = ""  # type: ignore[index]


class DetailsForm(Settings):
    """What everyone with a place in the practice reads."""

    names = DETAILS
    name = Words(label=gettext_lazy("Name of the practice"), max_length=200)
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Begin to type a city near you, for instance Madrid, and choose from the list."),
        max_length=64,
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("For whoever has not chosen one of their own."),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
    )
    reply_within_hours = hours(
        gettext_lazy("Replies come within … hours"),
        gettext_lazy("Promise what you keep on a bad week. Families see it before they write."),
        720,
    )
    reply_hours = Words(
        label=gettext_lazy("When you are there"),
        help_text=gettext_lazy("In your own words: “Monday to Thursday, 9 to 5; not in the school holidays”."),
        required=False,
        max_length=200,
    )
    crisis_text = words(
        4,
        gettext_lazy("In a crisis"),
        gettext_lazy(
            "Whom to call when it cannot wait, with telephone numbers. It stands first, and wherever families write."
        ),
    )
    fees = words(4, gettext_lazy("Fees"), gettext_lazy("What a session costs, who pays, what a missed one costs."))
    how_to_ask = words(
        4,
        gettext_lazy("How to ask"),
        gettext_lazy("How to reach you about appointments, bills, a complaint, or a copy of the record."),
    )
    handbook = words(
        8, gettext_lazy("Good to know"), gettext_lazy("Cancellations, the waiting room, whatever else helps.")
    )

    def clean_time_zone(self) -> str:
        """One of the list, however it is capitalised and with spaces as people write them."""
        wanted = self.cleaned_data["time_zone"].strip().replace(" ", "_").casefold()
        for place in places():
            if place.casefold() == wanted:
                return place
        near = [place for place in places() if wanted and wanted in place.casefold()]
        if len(near) == 1:
            return near[0]
        raise forms.ValidationError(_("No time zone of that name. Choose one from the list, such as Europe/Madrid."))


class PolicyForm(Settings):
    """What rules go by, and where it comes from."""

    names = POLICY
    assent_age = forms.IntegerField(
        label=gettext_lazy("From this age on a child's wish decides"),
        help_text=gettext_lazy(
            "A summary goes to an adult against the wish, or unasked, only on a stated ground. Below this age the wish is "
            "shown and not enforced."
        ),
        min_value=1,
        max_value=30,
    )
    majority_age = forms.IntegerField(
        label=gettext_lazy("Age of majority"),
        help_text=gettext_lazy("At midnight of that birthday guardians' access ends, unless it was renewed."),
        min_value=12,
        max_value=30,
    )
    guardian_access = forms.ChoiceField(
        label=gettext_lazy("A new sharing agreement begins with"),
        help_text=gettext_lazy("It fills in new agreements and opens nothing by itself."),
        choices=RecordAccess.choices,
        widget=forms.RadioSelect,
    )
    notes_due_hours = hours(
        gettext_lazy("A note is to be signed within … hours"),
        gettext_lazy("Counted from the session. Later it stands as overdue on the therapist's first page."),
        2160,
    )
    policy_source = Words(
        label=gettext_lazy("Where these values come from"),
        help_text=gettext_lazy("The law, guidance or decision: “Ley 41/2002, art. 9; our meeting of 3 March”."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    policy_review_on = forms.DateField(
        label=gettext_lazy("To be looked at again on"),
        help_text=gettext_lazy("A month before, admins and safeguarding leads see it on their first page."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        """Nobody's wish begins to count after they decide alone anyway."""
        data: dict[str, Any] = super().clean() or {}
        if (data.get("assent_age") or 0) > (data.get("majority_age") or 99):
            self.add_error("assent_age", _("This must not be above the age of majority."))
        return data
