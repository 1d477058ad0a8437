"""Links that let somebody in once: signed with the server's key, kept nowhere, and worth nothing beside the row they name.

A link names a row and what it is for; whether the row is still open is asked of the database (accounts/definers.py).
"""

import hashlib
import secrets
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

# 32 letters and figures that are not mistaken for each other, in print or read aloud.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CARD_LENGTH = 12  # 60 bits


def seal(purpose: str, row: UUID, mark: str) -> str:
    """The part of an address that stands for the row and the mark (a serial, a side)."""
    return Signer(salt=f"carebridge.{purpose}").sign(f"{row.hex}.{mark}").replace(":", "~")


def unseal(purpose: str, token: str) -> tuple[UUID, str] | None:
    """The row and the mark of a link of ours for this purpose; None for anything else."""
    try:
        row, mark = Signer(salt=f"carebridge.{purpose}").unsign(token.replace("~", ":")).split(".")
        return UUID(row), mark
    except (BadSignature, ValueError):
        return None


def link(name: str, token: str) -> str:
    """The whole address, for a mail."""
    return f"{settings.BASE_URL}{reverse(name, args=[token])}"


def new_code() -> str:
    """A code for a card, to be shown once."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CARD_LENGTH))


def code_sha256(code: str) -> str:
    """What is kept of a code: however it was typed, with spaces, hyphens or small letters."""
    plain = "".join(letter for letter in code.upper() if letter in ALPHABET)
    return hashlib.sha256(plain.encode()).hexdigest()
