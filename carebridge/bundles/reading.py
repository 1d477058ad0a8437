"""From a file to a JSON document, with everything that can be wrong before its shape is looked at."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from carebridge.bundles.problems import Problems

LONGEST_NUMBER = 20  # digits; Python refuses to turn thousands of them into an int


class DoubledKeys(dict[str, Any]):
    """A JSON object that gave some key twice; `doubled` names those keys."""

    doubled: list[str]


class Unreadable(Exception):
    """There is no document to check; the problem is recorded already."""


def read(path: Path, problems: Problems) -> Any:
    """The document in the file. Raises Unreadable."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=json_object, parse_int=json_int)
    except UnicodeDecodeError as error:
        why = f"The file is not UTF-8 (from byte {error.start} on); a bundle is JSON in UTF-8."
    except json.JSONDecodeError as error:
        why = f"The file is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
    except RecursionError:
        why = "The file is nested far deeper than any bundle."
    except MemoryError:
        why = "The file is too large for the memory of this machine."
    except (OSError, ValueError) as error:
        why = f"The file cannot be read: {getattr(error, 'strerror', None) or type(error).__name__}."
    problems.add("", why)
    raise Unreadable


def json_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A plain dict, or one that remembers its doubled keys: the usual "last one wins" would drop data silently."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    doubled = DoubledKeys(made)
    doubled.doubled = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    return doubled


def json_int(digits: str) -> int | float:
    """An int; a number longer than any a bundle holds becomes a float, which no place of the format takes."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else float(digits)
