"""Updates from home, and answers."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from accounts.visibility import viewer
from carebridge.lib.texts import Words
from sessions_log.enums import MarkKind, Place, UpdateKind
from sessions_log.forms.common import KeyedForm, LocalDateTimeInput, MomentField, PeopleField, offer, text
from sessions_log.models import Session
from sessions_log.models.home import WORDS, Told

NOW, MORNING, YESTERDAY, EXACT = "now", "morning", "yesterday", "exact"
WHEN = [
    (NOW, _("just now")),
    (MORNING, _("this morning, about 8")),
    (YESTERDAY, _("yesterday, about noon")),
    (EXACT, _("another time")),
]
OTHER = "other"
SLOW = timedelta(days=31)  # how long words can have waited on someone's own device
AHEAD = timedelta(minutes=5)  # how far a device's clock may run fast


def told_in(words: Told) -> dict[str, Any]:
    """A wording as a form's initial values."""
    given = {name: getattr(words, name) for name in WORDS}
    if given["where"] in Place.values:
        given["place"], given["where"] = given["where"], ""
    elif given["where"]:
        given["place"] = OTHER
    strength = given["intensity"]
    return {**given, "intensity": "" if strength is None else str(strength), "when": EXACT}


class WordsForm(KeyedForm):
    """What a family tells of one occasion: a tap and a few words are enough, everything else is optional.

    `opened`: when it was written, for "just now" and "yesterday": a form that waits on someone's own device for a
    connection tells of the day it was written on, and sent again it says the same.
    """

    kind = forms.ChoiceField(label=_("What is it?"), choices=UpdateKind.choices, widget=forms.RadioSelect)
    body = text(4, _("What happened?"))
    opened = forms.Field(widget=forms.HiddenInput, required=False)
    when = forms.ChoiceField(label=_("When"), choices=WHEN, widget=forms.RadioSelect, required=False)
    observed_at = MomentField(label=_("Exactly when"), widget=LocalDateTimeInput(), required=False)
    place = forms.ChoiceField(
        label=_("Where"),
        choices=[*Place.choices, (OTHER, _("somewhere else"))],
        widget=forms.RadioSelect,
        required=False,
    )
    where = Words(label=_("Where exactly"), required=False, max_length=180)
    intensity = forms.TypedChoiceField(
        label=_("How strong was it?"),
        choices=[("", _("not said")), *((str(number), str(number)) for number in range(11))],
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
    )
    antecedent = text(2, _("What came before?"), required=False)
    behaviour = text(2, _("What did the child do?"), required=False)
    consequence = text(2, _("What followed?"), required=False)
    helped = text(2, _("What helped?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        now = localtime(viewer().moment)
        kwargs["initial"] = {"opened": now.isoformat(), "when": NOW, "intensity": "", **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["kind"].error_messages["required"] = _("Tap one of the four.")
        self.fields["body"].error_messages["required"] = _("Write a few words first. One sentence is enough.")

    def clean_opened(self) -> datetime:
        """When it was written; now, if the browser names no moment that can be."""
        now = viewer().moment
        try:
            opened = datetime.fromisoformat(self.cleaned_data["opened"] or "")
            known = opened.tzinfo is not None and now - SLOW <= opened <= now + AHEAD
        except (ValueError, OverflowError):
            known = False
        return localtime(opened if known else now).replace(second=0, microsecond=0)

    def clean(self) -> dict[str, Any]:
        """The moment and the place, from what was tapped or written."""
        data = self.cleaned_data
        if "observed_at" in data:
            data["observed_at"] = self.moment()
        if data.get("place") in Place.values:
            label = str(Place(data["place"]).label)
            data["where"] = f"{label}, {data['where']}" if data.get("where") else data["place"]
        return data

    def moment(self) -> datetime | None:
        """When it happened. What has not happened yet cannot be reported."""
        data = self.cleaned_data
        opened: datetime = data["opened"]
        exact: datetime | None = data["observed_at"]
        when = data.get("when") or (EXACT if exact else NOW)
        if when == EXACT and exact is None:
            self.add_error("observed_at", _("Say when, or tap one of the times above."))
        elif when == EXACT and exact and exact > viewer().moment + AHEAD:
            self.add_error("observed_at", _("This lies in the future."))
        if when == MORNING:
            return min(opened, at(opened, 8))
        if when == YESTERDAY:
            return at(opened - timedelta(days=1), 12)
        return exact if when == EXACT else opened

    def words(self) -> dict[str, Any]:
        """The fields of the update itself."""
        return {name: self.cleaned_data[name] for name in WORDS}


def at(moment: datetime, hour: int) -> datetime:
    """That hour of the moment's day, in its own zone."""
    return datetime.combine(moment.date(), time(hour), tzinfo=moment.tzinfo)


class UpdateForm(WordsForm):
    """An update from home, and who else reads it."""

    share_with = PeopleField(required=False)

    def __init__(self, *args: Any, others: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "share_with", others)


class RewordForm(WordsForm):
    """Other words for an update. `seen`: the id of the wording the writer saw."""

    seen = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].error_messages |= dict.fromkeys(
            ("required", "invalid"), _("This page is out of date. Please open it again.")
        )


class MarkForm(forms.Form):
    """What was done with an update. `session`: the one it was used in, the latest if none is named. `seen`: the id of the
    wording that was read."""

    kind = forms.ChoiceField(choices=MarkKind.choices, widget=forms.RadioSelect)
    session = forms.ChoiceField(label=_("Used in the session of"), required=False)
    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, sessions: Iterable[Session], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(session.pk): session for session in sessions}
        field = self.fields["session"]
        assert isinstance(field, forms.ChoiceField)
        dates = "SHORT_DATE_FORMAT"
        field.choices = [(key, date_format(localtime(item.held_at), dates)) for key, item in self.offered.items()]

    def clean_session(self) -> Session | None:
        """The session itself."""
        return self.offered.get(self.cleaned_data["session"]) or next(iter(self.offered.values()), None)


class ReplyForm(KeyedForm):
    """The team's answer. `seen`: the id of the wording it answers."""

    body = text(3, _("Reply"))
    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)


MISTAKES = {
    "wrong_child": _("I wrote about another child"),
    "not_so": _("It did not happen like this"),
    "not_meant": _("I did not mean to send it"),
}


class MistakeForm(forms.Form):
    """Why the author takes an update out, in a tap; more words if they like."""

    why = forms.ChoiceField(label=_("What went wrong?"), choices=list(MISTAKES.items()), widget=forms.RadioSelect)
    more = text(2, _("Say more, if you like"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].error_messages["required"] = _("Tap what went wrong. It is kept with your update.")

    def reason(self) -> str:
        """What is kept, in words."""
        return f"{MISTAKES[self.cleaned_data['why']]}. {self.cleaned_data['more']}".strip()
