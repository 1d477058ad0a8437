"""How a code stands on paper: in groups, and as a square that a telephone's camera reads."""

from dataclasses import dataclass

import qrcode
from django.conf import settings
from django.urls import reverse

GROUP = 4
MARGIN = 4  # modules of white around the square, as the standard asks


@dataclass(frozen=True)
class Square:
    """A QR code for inline SVG: its width in modules, and one path that draws the dark ones."""

    size: int
    path: str


def grouped(code: str) -> str:
    """Groups of four, as one reads it aloud."""
    return " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def address() -> str:
    """Where the code is typed."""
    return f"{settings.BASE_URL}{reverse('join_card')}"


def square(code: str) -> Square:
    """Leads to the page where a card is used, with the code filled in."""
    drawn = qrcode.QRCode(border=MARGIN, error_correction=qrcode.constants.ERROR_CORRECT_M)
    drawn.add_data(f"{address()}?code={code}")
    rows = drawn.get_matrix()
    return Square(len(rows), "".join(runs(row, number) for number, row in enumerate(rows)))


def runs(row: list[bool], number: int) -> str:
    """The dark stretches of one row."""
    path, begun = "", -1
    for place, dark in enumerate([*row, False]):
        if dark and begun < 0:
            begun = place
        elif not dark and begun >= 0:
            path += f"M{begun} {number}h{place - begun}v1H{begun}z"
            begun = -1
    return path
