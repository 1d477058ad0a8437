"""How easy a text is to read: a hint for whoever writes for families, worked out on the server, in any language."""

import re
from dataclasses import dataclass

FEWEST = 12  # words before anything is said
LONG_SENTENCE, LONGEST_SENTENCE = 16, 28  # words
LONG_WORD, MANY_LONG = 10, 0.12  # letters; share of all words


@dataclass(frozen=True)
class Plainness:
    """Words a sentence, the longest sentence, and which hint fits: easy, sentences or words."""

    average: int
    longest: int
    hint: str


def plainness(text: str) -> Plainness | None:
    """The hint for a text; None while there is too little to tell."""
    sentences = [re.findall(r"\w+", part) for part in re.split(r"[.!?…:;\n]+", text)]
    lengths = [len(words) for words in sentences if words]
    total = sum(lengths)
    if total < FEWEST:
        return None
    long_words = sum(len(word) >= LONG_WORD for words in sentences for word in words)
    average, longest = round(total / len(lengths)), max(lengths)
    if average > LONG_SENTENCE or longest > LONGEST_SENTENCE:
        return Plainness(average, longest, "sentences")
    return Plainness(average, longest, "words" if long_words / total > MANY_LONG else "easy")
