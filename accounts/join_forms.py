"""The forms at the door: signing in, and choosing what to sign in by."""

import re
from typing import Any

from allauth.account.forms import LoginForm as LibraryLoginForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.links import ALPHABET, CARD_LENGTH
from accounts.models import Account

LONGEST = 4096  # letters of a password: more than anybody types, little enough to hash
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")


class LoginForm(LibraryLoginForm):  # type: ignore[misc]
    """By e-mail, or by the log-in name of whoever has none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("E-mail or log-in name")
        login.widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )
        login.max_length = 254
        self.fields["password"].widget.attrs.pop("placeholder", None)

    def user_credentials(self) -> dict[str, str]:
        """One way for one login: an address holds an @ sign, a log-in name never does."""
        typed = self.cleaned_data["login"]
        return {"email" if "@" in typed else "username": typed, "password": self.cleaned_data["password"]}


class PasswordForm(forms.Form):
    """A password, twice. `account`: what it must not resemble."""

    password1 = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy(
            "At least 15 characters. Four words that have nothing to do with each other are good and easy to keep."
        ),
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=gettext_lazy("The same password again"),
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean(self) -> dict[str, Any]:
        """Both the same, and good enough."""
        cleaned = super().clean() or {}
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("These are two different passwords. Write the same one in both boxes."))
        elif first:
            try:
                validate_password(first, self.account)
            except ValidationError as why:
                self.add_error("password1", why)
        return cleaned


class CodeForm(forms.Form):
    """The code of a card, however it is typed."""

    code = forms.CharField(
        label=gettext_lazy("The code on your card"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "code"}
        ),
    )

    def clean_code(self) -> str:
        """Its letters and figures alone. One of another length is on no card."""
        plain = "".join(letter for letter in self.cleaned_data["code"].upper() if letter.isalnum())
        if len(plain) != CARD_LENGTH or set(plain) - set(ALPHABET):
            raise ValidationError(_("This is not yet a whole code: it has twelve letters and figures. Look once more."))
        return plain


class CardForm(PasswordForm):
    """What a young person signs in by. The log-in name is asked once, with the first card."""

    username = forms.CharField(
        label=gettext_lazy("Log-in name"),
        help_text=gettext_lazy(
            "You can choose another. It need not be your name: letters, figures, points and hyphens."
        ),
        min_length=4,
        max_length=40,
        error_messages={"min_length": gettext_lazy("A little longer: it needs four letters or figures.")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ["username", "password1", "password2"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.account.username:
            del self.fields["username"]

    def clean_username(self) -> str:
        """Small letters: capitals make no other name. Never something that could be an address."""
        name: str = self.cleaned_data["username"].strip().lower()
        if not NAME.fullmatch(name):
            raise ValidationError(
                _("Letters from a to z, figures, points and hyphens only, and a letter or figure at both ends.")
            )
        self.account.username = name
        return name
