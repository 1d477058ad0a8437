"""What is said about a row of a circle before it is looked at and saved."""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.circle_reads import Circle
from accounts.circle_words import New, last_word, said_when
from accounts.enums import Authority, CircleRole
from accounts.models import CircleRow, Person

LONGEST = 2000
EARLIEST = date(1900, 1, 1)
FARTHEST = timedelta(days=366 * 30)
DAY = timedelta(days=1)

NOW, LATER = "now", "day"
NEW, KNOWN, COLLEAGUE = "new", "known", "colleague"


class Line(forms.CharField):
    """One line, in any script; the two invisible signs that write letters backwards are taken out (U+202D, U+202E)."""

    def to_python(self, value: Any) -> str:
        """Without the signs, without doubled spaces."""
        said = super().to_python(value) or ""
        return " ".join(str(said).translate({0x202D: None, 0x202E: None}).split())


class Said(forms.CharField):
    """Several lines, without the signs that write letters backwards."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}), **kwargs)

    def to_python(self, value: Any) -> str:
        """Without the signs."""
        return str(super().to_python(value) or "").translate({0x202D: None, 0x202E: None})


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DayInput(), **kwargs)

    def to_python(self, value: Any) -> date | None:
        """Days of living memory and not beyond a lifetime."""
        day: date | None = super().to_python(value)
        if day is not None and not EARLIEST <= day <= datetime.now(UTC).date() + FARTHEST:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class AboutCircle(forms.Form):
    """Days as the child's practice counts them."""

    def __init__(self, *args: Any, circle: Circle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.circle = circle

    @property
    def today(self) -> date:
        """Today where the practice is."""
        return timezone.localdate(self.circle.moment, self.circle.child.practice.zone)

    def midnight(self, day: date) -> datetime:
        """Where a day begins where the practice is."""
        return datetime.combine(day, time(), tzinfo=self.circle.child.practice.zone)


class CircleForm(AboutCircle):
    """One act on a circle: from when, on what evidence. Sent twice it is one act; `seen` is the circle it was decided on."""

    when = forms.ChoiceField(
        label=gettext_lazy("From when"),
        widget=forms.RadioSelect,
        choices=[(NOW, gettext_lazy("from now on")), (LATER, gettext_lazy("from a later day"))],
        initial=NOW,
    )
    day = DayField(
        label=gettext_lazy("From this day"),
        required=False,
        help_text=gettext_lazy("The day begins at midnight where the practice is."),
    )
    evidence = Said(
        label=gettext_lazy("What it rests on"),
        required=False,
        help_text=gettext_lazy(
            "For example: “order of 3 March, seen by Ruth”. It stays in the history. No word about the therapy."
        ),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def clean_day(self) -> date | None:
        """A day ahead, when one is asked for."""
        day: date | None = self.cleaned_data["day"]
        if self.cleaned_data.get("when") != LATER:
            return None
        if day is None:
            raise forms.ValidationError(_("Choose the day, or choose “from now on”."))
        if day <= self.today:
            raise forms.ValidationError(_("That day has begun already. Choose a later one, or “from now on”."))
        return day

    @property
    def at(self) -> datetime | None:
        """From when; None: from now on."""
        day = self.cleaned_data.get("day")
        return self.midnight(day) if day else None

    @property
    def begins(self) -> datetime:
        """From when, now included."""
        return self.at or self.circle.moment


class FamilyFields(forms.Form):
    """As what someone of the family stands here."""

    authority = forms.ChoiceField(label=gettext_lazy("Authority"), required=False, widget=forms.RadioSelect)
    relationship = Line(
        label=gettext_lazy("What they are to the child"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("For example: mother, foster father, teacher."),
    )
    household = Line(
        label=gettext_lazy("Household"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "households", "autocomplete": "off"}),
        help_text=gettext_lazy("The same word for everyone who lives together; empty for a home of one's own."),
    )

    def same_home(self, circle: Circle) -> str:
        """The household as it is written in the circle already, whatever the capitals."""
        said = str(self.cleaned_data.get("household") or "")
        return next((one for one in circle.households if one.casefold() == said.casefold()), said)


AUTHORITIES = {
    Authority.FULL: gettext_lazy("full: holds a parent's rights; may sign, consent and receive"),
    Authority.INFORMED: gettext_lazy("informed: may be told, may not sign"),
    Authority.CONTRIBUTOR: gettext_lazy("contributor: writes updates from home, receives nothing else"),
    Authority.NONE: gettext_lazy(
        "none: recorded so that staff know, for example by a court order; sees nothing at all"
    ),
}
ROLES = {
    CircleRole.GUARDIAN: gettext_lazy("a parent or guardian"),
    CircleRole.HELPER: gettext_lazy("a helper: a teacher, a coach, another professional"),
    CircleRole.THERAPIST: gettext_lazy("a therapist"),
}


class AddForm(FamilyFields, CircleForm):
    """Somebody comes into a circle. `staff`: whom an admin may make a therapist; `others`: colleagues an admin may tie as family.
    Both empty for the child's therapists, who tie family and helpers alone."""

    role = forms.ChoiceField(label=gettext_lazy("Who comes into the circle?"), widget=forms.RadioSelect)
    therapist = forms.ChoiceField(label=gettext_lazy("Which therapist"), required=False)
    whom = forms.ChoiceField(label=gettext_lazy("Who is it?"), widget=forms.RadioSelect, required=False, initial=NEW)
    name = Line(label=gettext_lazy("Name"), required=False, max_length=200)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, max_length=254,
        help_text=gettext_lazy("Their own address. An invitation goes there."),
    )  # fmt: skip
    phone = Line(
        label=gettext_lazy("Telephone"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "tel"})
    )
    known_email = forms.EmailField(
        label=gettext_lazy("Their e-mail address, in full"), required=False, max_length=254,
    )  # fmt: skip
    colleague = forms.ChoiceField(label=gettext_lazy("Which colleague"), required=False)
    until = DayField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Only if it is known to end. Empty: it goes on."),
    )
    invite = forms.BooleanField(
        label=gettext_lazy("Send an invitation to sign in, if they have no log-in yet"), required=False, initial=True
    )

    def __init__(self, *args: Any, staff: Iterable[Person] = (), others: Iterable[Person] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = {str(one.public_id): one for one in staff}
        self.others = {str(one.public_id): one for one in others}
        roles = [role for role in ROLES if role != CircleRole.THERAPIST or self.staff]
        self.choose("role", [(role.value, ROLES[role]) for role in roles])
        self.choose("authority", [(key.value, words) for key, words in AUTHORITIES.items()])
        whom = [(NEW, _("someone new")), (KNOWN, _("someone the practice knows, by e-mail"))]
        self.choose("whom", [*whom, *([(COLLEAGUE, _("a colleague who works here"))] if self.others else [])])
        self.choose("therapist", [("", "–"), *((key, one.name) for key, one in self.staff.items())])
        self.choose("colleague", [("", "–"), *((key, one.name) for key, one in self.others.items())])

    def choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """What may be chosen in a field."""
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What is asked depends on who comes."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        role = data.get("role")
        if role == CircleRole.THERAPIST:
            if not data.get("therapist"):
                self.add_error("therapist", _("Choose the therapist."))
            data |= {"authority": "", "relationship": "", "household": "", "until": None, "invite": False}
            return data
        if role == CircleRole.GUARDIAN and not data.get("authority") and "authority" not in self.errors:
            self.add_error("authority", _("Choose the authority."))
        if role == CircleRole.HELPER:
            data["authority"] = ""
        self.check_person(data)
        until: date | None = data.get("until")
        if until and until < (data.get("day") or self.today):
            self.add_error("until", _("The last day lies before the first."))
        return data

    def check_person(self, data: dict[str, Any]) -> None:
        """Who it is, in one of the ways offered."""
        whom = data.get("whom") or NEW
        if whom == NEW and not data.get("name"):
            self.add_error("name", _("Write the name."))
        if whom == KNOWN and not data.get("known_email") and "known_email" not in self.errors:
            self.add_error("known_email", _("Write the whole address."))
        if whom == COLLEAGUE and not data.get("colleague"):
            self.add_error("colleague", _("Choose the colleague."))

    @property
    def is_therapist(self) -> bool:
        """Whether a therapist comes."""
        return bool(self.cleaned_data["role"] == CircleRole.THERAPIST)

    @property
    def chosen(self) -> Person | None:
        """The colleague chosen from a list, as therapist or as family."""
        data = self.cleaned_data
        if self.is_therapist:
            return self.staff[data["therapist"]]
        return self.others[data["colleague"]] if data["whom"] == COLLEAGUE else None

    @property
    def new(self) -> New:
        """The row."""
        data = self.cleaned_data
        until = data.get("until")
        return New(
            role=data["role"], authority=data["authority"], household=self.same_home(self.circle),
            relationship=data["relationship"], ends=self.midnight(until + DAY) if until else None,
        )  # fmt: skip


class ChangeForm(FamilyFields, CircleForm):
    """A guardian stands otherwise from now on or from a later day."""

    def __init__(self, *args: Any, row: CircleRow, words: str, **kwargs: Any) -> None:
        first = {"authority": row.authority, "household": row.household, "relationship": words}
        super().__init__(*args, initial=first, **kwargs)
        self.row, self.words = row, words
        self.fields["authority"].choices = [(key.value, text) for key, text in AUTHORITIES.items()]  # type: ignore[attr-defined]
        self.fields["authority"].required = True

    def clean(self) -> dict[str, Any]:
        """Something changes, and while the row lasts."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        said = (data["authority"], self.same_home(self.circle), data["relationship"])
        if said == (self.row.authority, self.row.household, self.words):
            raise forms.ValidationError(_("Nothing is different from what stands there now."))
        check_lasts(self, self.row)
        return data

    @property
    def new(self) -> New:
        """The row that follows."""
        data = self.cleaned_data
        return New(
            role=self.row.role, authority=data["authority"], household=self.same_home(self.circle),
            relationship=data["relationship"], ends=self.row.ends,
        )  # fmt: skip


class EndForm(CircleForm):
    """A row ends now or with a later day."""

    def __init__(self, *args: Any, row: CircleRow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        when, day = self.fields["when"], self.fields["day"]
        when.label = _("When does it end?")
        when.choices = [(NOW, _("now")), (LATER, _("on a later day"))]  # type: ignore[attr-defined]
        day.label = _("From this day on it no longer counts")

    def clean(self) -> dict[str, Any]:
        """Not after the end it has."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            check_lasts(self, self.row)
        return data


def check_lasts(form: CircleForm, row: CircleRow) -> None:
    """The act falls into the row's time. Its first moment is not in it: it would make a row that never held."""
    if row.ends is not None and form.begins >= row.ends:
        words = {"day": last_word(said_when(row.ends, form.circle))}
        form.add_error("day", _("The row ends before that anyway: %(day)s.") % words)
    if form.begins <= row.starts:
        form.add_error("day", _("The row has not begun by then. Take the plan back instead."))


class ShortForm(forms.Form):
    """Access for hours, in an emergency."""

    person = forms.ChoiceField(label=gettext_lazy("Who is given access"))
    hours = forms.IntegerField(
        label=gettext_lazy("For how many hours"), min_value=1, max_value=72, initial=24,
        help_text=gettext_lazy("From 1 to 72. As short as will do: it ends by itself, and you can end it earlier."),
    )  # fmt: skip
    reason = Said(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("It stays in the history, which the team and the admins read."),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, staff: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = {str(one.public_id): one for one in staff}
        self.fields["person"].choices = [("", "–"), *((key, one.name) for key, one in self.staff.items())]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Person:
        """Who is given access."""
        return self.staff[self.cleaned_data["person"]]


class ConsentForm(AboutCircle):
    """A parent with full authority lets a helper receive summaries. `givers`: number and name of who may."""

    given_by = forms.ChoiceField(label=gettext_lazy("Who gave it"))
    scope = Said(
        label=gettext_lazy("For what"),
        help_text=gettext_lazy("For example: “summaries about school, this school year”."),
    )
    given_on = DayField(label=gettext_lazy("Given on"))
    until = DayField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: until it is withdrawn.")
    )

    def __init__(self, *args: Any, givers: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.givers = {str(place): number for place, (number, _name) in enumerate(givers)}
        names = [(str(place), name) for place, (_number, name) in enumerate(givers)]
        self.fields["given_by"].choices = [("", "–"), *names]  # type: ignore[attr-defined]
        self.fields["given_on"].initial = self.today

    @property
    def giver(self) -> int:
        """Whose consent it is."""
        return self.givers[self.cleaned_data["given_by"]]

    def clean_given_on(self) -> date:
        """Not ahead."""
        return not_ahead(self.cleaned_data["given_on"], self.today)

    def clean_until(self) -> date | None:
        """Not over already."""
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < self.today:
            raise forms.ValidationError(_("That day is over: the consent would stand for nothing."))
        return until


class ExplanationForm(AboutCircle):
    """When the limits of confidentiality were explained."""

    explained_on = DayField(label=gettext_lazy("Explained on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["explained_on"].initial = self.today

    def clean_explained_on(self) -> date:
        """Not ahead."""
        return not_ahead(self.cleaned_data["explained_on"], self.today)


def not_ahead(day: date, today: date) -> date:
    """A day that has come."""
    if day > today:
        raise forms.ValidationError(_("That day has not come yet."))
    return day
