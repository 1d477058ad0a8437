"""What docs/tour.md says about itself: its steps, as data.

A step begins with a comment, `<!-- tour: NAME, WHO: LINK > LINK -->`: the picture's name, the `ref` of who signs in, the
links to follow from their first page on (by a part of their words; none: the first page itself). It reaches to the next
step or heading. What is **bold** in it are words that stand on the page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.servers_plugin import ROOT

PAGE = ROOT / "docs" / "tour.md"
PICTURES = PAGE.parent / "tour"
WIDTHS = {1280: 860, 360: 720}  # width → height, in pixels
BUDGET = 1_500_000  # bytes, all of them together
COLOURS = 64
STEP = re.compile(r"<!-- tour: ([a-z-]+), ([a-z-]+):(.*?)-->\n(.*?)(?=<!-- tour:|\n#|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One stop of the tour. `links`: followed one after the other. `words`: stand on the page."""

    name: str
    who: str
    links: tuple[str, ...]
    words: tuple[str, ...]

    def pictures(self) -> Iterator[tuple[int, Path]]:
        """Width and file of each."""
        for width in WIDTHS:
            yield width, PICTURES / f"{self.name}-{width}.png"


def steps(page: str) -> list[Step]:
    """Every stop, in the page's order."""
    return [
        Step(
            name,
            who,
            tuple(link.strip() for link in links.split(">") if link.strip()),
            tuple(" ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)),
        )
        for name, who, links, text in STEP.findall(page)
    ]


def shown(page: str) -> list[str]:
    """The files of the pictures that the page shows."""
    return re.findall(r"\]\(tour/([^)]+\.png)\)", page)


def small(picture: bytes) -> bytes:
    """The same with few colours: a page of text needs no more."""
    out = BytesIO()
    with Image.open(BytesIO(picture)) as opened:
        few = opened.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
    return out.getvalue()
