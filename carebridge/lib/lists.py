"""Lists as people say them."""

import re
import unicodedata
from collections.abc import Sequence

from django.utils.translation import pgettext

# Spanish "y" becomes "e" before the sound of i: Inés, Hilda, Íñigo, Yves; not before Ian, hierro or Yolanda.
SOUND_OF_I = re.compile(r"h?(?:í|i(?![aeouáéóú]))|y(?![aeiouáéíóú])", re.IGNORECASE)


def joined(words: Sequence[str]) -> str:
    """ "Ana", "Ana and Dan", "Ana, Dan and Priya", in the reader's language."""
    *first, last = words or [""]
    if not first:
        return last
    if SOUND_OF_I.match(unicodedata.normalize("NFC", last)):
        link = pgettext("between the last two of a list, the last beginning with the sound of i", "and")
    else:
        link = pgettext("between the last two of a list", "and")
    return f"{', '.join(first)} {link} {last}"
