"""A therapist's words about themselves, and their picture."""

from typing import IO, Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.actions.profile import WORDS, NoPicture, small
from accounts.models import StaffProfile
from accounts.practice_reads import version
from carebridge.lib.texts import Words

LONGEST = 5_000  # letters
TOO_LARGE = gettext_lazy("This picture is too large. Choose one of at most 5 MB, or make it smaller first.")
UNREADABLE = gettext_lazy("This is no picture we can read. Choose a JPEG, PNG or WebP file.")


class ProfileForm(forms.Form):
    """`seen`: the version its writer saw."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    body = Words(
        label=gettext_lazy("How I work"),
        help_text=gettext_lazy(
            "What a child does with you in the room, and how parents are part of it. Short sentences."
        ),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    training = Words(
        label=gettext_lazy("My training"),
        help_text=gettext_lazy("What you learned and where, and which register you are on."),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, profile: StaffProfile, **kwargs: Any) -> None:
        kwargs["initial"] = {"body": profile.body, "training": profile.training, "seen": version(profile, WORDS)}
        super().__init__(*args, **kwargs)

    @property
    def values(self) -> dict[str, str]:
        """What was said, by column."""
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in WORDS}

    def begin_again(self, now: StaffProfile) -> None:
        """After a stale save: the words stay in the boxes, and the next save is over what is shown now."""
        data: Any = self.data
        self.data = data.copy()
        self.data["seen"] = version(now, WORDS)  # type: ignore[index]


class PhotoForm(forms.Form):
    """One picture, cleaned to what is kept of it."""

    photo = forms.FileField(
        label=gettext_lazy("A picture of you"),
        help_text=gettext_lazy("JPEG, PNG or WebP, up to 5 MB. A square from its middle is kept, and nothing else of the file."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={
            "required": gettext_lazy("No picture arrived. Choose one; it must not be larger than 5 MB."),
            "empty": UNREADABLE,
        },
    )  # fmt: skip

    def clean_photo(self) -> bytes:
        """Its pixels, small."""
        file: IO[bytes] = self.cleaned_data["photo"].file
        try:
            return small(file)
        except NoPicture as refused:
            raise forms.ValidationError(TOO_LARGE if refused.why == "large" else UNREADABLE) from None
