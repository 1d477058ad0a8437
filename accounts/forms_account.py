"""What people change about themselves."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def zones() -> list[tuple[str, str]]:
    """By continent and place; names of countries and of clocks that people do not live by are left out."""
    places = {name for name in available_timezones() if "/" in name}
    kept = sorted(name for name in places if not name.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/")))
    return [("", _("As in my practice")), *((name, name.replace("_", " ")) for name in kept)]


class AboutMeForm(forms.Form):
    """Name, telephone, language and time zone."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        help_text=gettext_lazy("May stay empty. Your practice sees it, and nobody else."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = [("", _("As in my practice")), *settings.LANGUAGES]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = zones()  # type: ignore[attr-defined]


class AddressForm(forms.Form):
    """Another address to sign in by. `now`: the present one."""

    email = forms.EmailField(
        label=gettext_lazy("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, now: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_email(self) -> str:
        """In small letters, as every address here; not the one that signs in already."""
        email: str = self.cleaned_data["email"].lower()
        if email == self.now.lower():
            raise forms.ValidationError(_("You sign in by this address already."))
        return email


class PasswordForm(forms.Form):
    """The password of whoever followed a link."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
