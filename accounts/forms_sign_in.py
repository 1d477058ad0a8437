"""The sign-in form, with what allauth's does not ask."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts import idle
from accounts.join_forms import LoginForm


class SignInForm(LoginForm):
    """Who else uses the device decides how long a session lasts there and what is kept (accounts/idle.py)."""

    shared = forms.BooleanField(required=False, label=gettext_lazy("Other people use this device"))

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Said before the session begins: a second factor may still be asked for."""
        idle.say_shared(request, shared=self.cleaned_data["shared"])
        response: HttpResponse = super().login(request, redirect_url)
        return response

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shared"].widget.attrs["aria-describedby"] = "shared-words"
