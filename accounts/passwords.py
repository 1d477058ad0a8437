"""What a password must be: long, not oneself, and not one that is guessed early. No rule about signs and figures: they make
passwords that are hard to keep and no harder to guess.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from accounts.models import Account
from accounts.second_factor import has_factor
from accounts.visibility import acting_as

ALONE, BESIDE_A_FACTOR = 15, 12  # characters
LOOKED_AT = 72  # characters: what comes after cannot make a password easier to guess
GOOD = 3  # of zxcvbn's 0 to 4: more than a hundred million guesses
PART = 4  # letters of a name that count as it


def least(user: Account | None) -> int:
    """How many characters this person's password needs."""
    return BESIDE_A_FACTOR if user is not None and user.pk and has_factor(user) else ALONE


def parts_of(user: Account | None) -> list[str]:
    """What somebody who knows this person would try: the words of their name and of what they sign in by."""
    if user is None:
        return []
    name = ""
    if user.pk:
        with acting_as(user.pk) as themself:  # a new password by mail is set before anybody is signed in
            name = themself.name
    said = " ".join([name, user.email or "", user.username or ""])
    return [part for part in re.split(r"[\W_]+", said.lower()) if len(part) >= PART]


class LongEnough:
    """At least 15 characters; 12 for whoever has a second factor."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raises ValidationError."""
        needed = least(user)
        if len(password) < needed:
            words = _("This is too short: it has %(has)d characters, and at least %(needed)d are needed.")
            raise ValidationError(words % {"has": len(password), "needed": needed}, code="password_too_short")

    def get_help_text(self) -> str:
        """Beside the box."""
        return _(
            "At least 15 characters, or 12 if you have a second factor. Four words that have nothing to do with each"
            " other are good and easy to keep. Capitals, figures and signs may be in it and need not be. Pasting from a"
            " password manager works."
        )


class NotOneself:
    """No name and no address with something around it."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raises ValidationError when little is left without them."""
        rest, found = password.lower(), False
        for part in sorted(parts_of(user), key=len, reverse=True):
            found = found or part in rest
            rest = rest.replace(part, "")
        if found and len(rest) < BESIDE_A_FACTOR:
            words = _(
                "Without your name or address in it, too little is left. Whoever knows you would try those first."
            )
            raise ValidationError(words, code="password_too_similar")

    def get_help_text(self) -> str:
        """Beside the box."""
        return _("Not your name and not your e-mail address.")


class HardToGuess:
    """Not one of those that are tried first: known ones, runs on a keyboard, repeats, years, also with l33t in them."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raises ValidationError."""
        near = [*parts_of(user), "carebridge"]
        if zxcvbn(password[:LOOKED_AT], user_inputs=near, max_length=LOOKED_AT)["score"] < GOOD:
            words = _("This is among the first that somebody would try. Take words that do not belong together.")
            raise ValidationError(words, code="password_too_common")

    def get_help_text(self) -> str:
        """Beside the box."""
        return _("Not one that many people use, and no run of keys.")
