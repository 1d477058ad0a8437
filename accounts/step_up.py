"""Showing again that it is oneself before something weighty: the password, or the second factor of whoever has one.

A sign-in counts, and so does every time since then that it was shown (accounts/sign_in.py notes both in the session). A page
asks with `accounts.access.recent_sign_in`. When the form is opened, allauth's own pages ask. When it is sent and too much
time has passed, the question stands on a page that carries all that was typed, so that nothing is lost and nothing of it is
kept anywhere.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

KEY = "proved_at"
PREFIX = "step-up"
NOT_CARRIED = "csrfmiddlewaretoken"


def prove(request: HttpRequest) -> None:
    """From now on it counts as shown."""
    request.session[KEY] = timezone.now().isoformat()


def proved_lately(request: HttpRequest) -> bool:
    """Whether it was shown within the time that counts."""
    shown = request.session.get(KEY, "")
    lasts = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    return bool(shown) and timezone.now() < datetime.fromisoformat(shown) + lasts


def to_the_question(request: HttpRequest) -> HttpResponse:
    """To the page that asks, and from there back."""
    query = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
    return redirect(f"{reverse('account_reauthenticate')}?{query}")


@dataclass
class Question:
    """The forms that ask, of which one is enough. `options`: what the browser asks a passkey with."""

    password: forms.Form | None = None
    code: forms.Form | None = None
    passkey: forms.Form | None = None
    options: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Question":
        """What may be asked of whoever is signed in, filled with what came."""
        from allauth.account.adapter import get_adapter

        asked, sent = cls(), any(key.startswith(f"{PREFIX}-") for key in request.POST)
        for method in get_adapter(request).get_reauthentication_methods(request.user):
            field, form = FORMS[method["id"]]()
            mine = request.POST if sent and request.POST.get(f"{PREFIX}-{field[1]}") else None
            setattr(asked, field[0], form(mine, user=request.user, prefix=PREFIX))
        return asked

    @property
    def answered(self) -> bool:
        """Whether one was answered rightly; that is noted then."""
        for form in (self.passkey, self.code, self.password):
            if form is not None and form.is_bound and form.is_valid():
                if hasattr(form, "save"):
                    form.save()
                return True
        return False

    def prepare(self, request: HttpRequest) -> None:
        """What a passkey is asked with, made anew for the page that is about to be shown."""
        if self.passkey is not None:
            from allauth.mfa.webauthn.internal.auth import begin_authentication

            self.options = json.dumps(begin_authentication(request.user))


def _password() -> tuple[tuple[str, str], type[Any]]:
    from allauth.account.forms import ReauthenticateForm

    return ("password", "password"), ReauthenticateForm


def _code() -> tuple[tuple[str, str], type[Any]]:
    from accounts.forms_factor import ReauthenticateForm

    return ("code", "code"), ReauthenticateForm


def _passkey() -> tuple[tuple[str, str], type[Any]]:
    from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm

    return ("passkey", "credential"), ReauthenticateWebAuthnForm


FORMS = {"reauthenticate": _password, "mfa_reauthenticate": _code, "mfa_reauthenticate:webauthn": _passkey}


def ask_with_what_was_typed(request: HttpRequest) -> HttpResponse | None:
    """The question, on a page that sends everything again; None once it is answered."""
    question = Question.of(request)
    if question.answered:
        prove(request)
        return None
    question.prepare(request)
    typed = [
        (key, value)
        for key, values in request.POST.lists()
        if key != NOT_CARRIED and not key.startswith(f"{PREFIX}-")
        for value in values
    ]
    return render(request, "accounts/step_up.html", {"question": question, "typed": typed})
