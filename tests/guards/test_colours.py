"""Every pair of colours that meets on a page can be read, in both schemes.

experience.md: "contrast AA at least (AAA for reading text)". Figures are WCAG 2.2's contrast ratios.
"""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
COLOUR = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
SURFACES = ("paper", "sheet", "sunken")
TINTS = ("action-soft", "clay-soft", "amber-soft", "red-soft", "me-soft", "team-soft", "readers-soft", "sky")
READ = 7.0  # AAA, text of any size
AA = 4.5  # AA, text of any size
SEEN = 3.0  # AA, bounds of what can be used, and of focus
PAIRS = {
    **{(word, under): READ for word in ("ink", "ink-soft") for under in SURFACES},
    **{("ink", under): READ for under in TINTS},
    # Links stand in reading text.
    **{(word, under): READ for word in ("action", "action-strong") for under in ("paper", "sheet")},
    ("action", "action-soft"): READ,
    ("action-strong", "action-soft"): READ,
    ("action", "sunken"): AA,
    ("action-ink", "action"): READ,
    ("action-ink", "action-strong"): READ,
    ("clay-ink", "clay"): READ,
    **{("clay", under): READ for under in ("paper", "sheet")},
    ("clay", "clay-soft"): AA,
    **{(tone, f"{tone}-soft"): AA for tone in ("amber", "red", "me", "team", "readers")},
    **{("line-strong", under): SEEN for under in ("paper", "sheet")},
}


def tokens() -> dict[str, tuple[str, str]]:
    """Each colour, light and dark."""
    return {name: (light, dark) for name, light, dark in COLOUR.findall(TOKENS.read_text())}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Between 1 and 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    """Black on white, a grey whose figure is well known, and a colour on itself."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#0d4d52", "#0d4d52") == 1


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_what_meets_can_be_read(scheme: int) -> None:
    """Each pair reaches its figure."""
    known = tokens()
    found = {pair: contrast(known[pair[0]][scheme], known[pair[1]][scheme]) for pair in PAIRS}
    assert not {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < PAIRS[pair]}


def test_every_colour_of_words_is_in_the_table() -> None:
    """A new token is weighed, or drawn with and never read."""
    drawn = {"line", "hill", "water", "sun"}
    assert tokens().keys() == {name for pair in PAIRS for name in pair} | drawn
