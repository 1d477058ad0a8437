"""Translations are compiled without gettext, and their mistakes are found before a page shows them."""

import gettext
import os
from pathlib import Path

import pytest

from carebridge.lib import messages

GOOD = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Hello"
msgstr "Hola"

#, python-format
msgid "%(count)s child"
msgid_plural "%(count)s children"
msgstr[0] "%(count)s niña"
msgstr[1] "%(count)s niñas"
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A Spanish one."""
    path = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD)
    return path


def test_a_changed_catalogue_is_compiled_once(catalogue: Path, tmp_path: Path) -> None:
    """Words, plurals and umlauts arrive; nothing is done twice."""
    assert messages.compile_stale(tmp_path) == [catalogue]
    assert messages.compile_stale(tmp_path) == []
    spanish = gettext.translation("django", tmp_path, ["es"])
    assert spanish.gettext("Hello") == "Hola"
    assert [spanish.ngettext("%(count)s child", "%(count)s children", n) for n in (1, 2)] == [
        "%(count)s niña",
        "%(count)s niñas",
    ]
    os.utime(catalogue.with_suffix(".mo"), (0, 0))
    assert messages.compile_stale(tmp_path) == [catalogue]


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ('msgstr[1] "%(count)s', 'msgstr[1] "%(number)s', "unknown named placeholder 'number'"),
        ('msgstr "Hola"', "Hola", "misformatted keyword on 5"),
    ],
)
def test_problems_are_named_with_their_file(catalogue: Path, good: str, bad: str, problem: str) -> None:
    """A wrong placeholder would be an error in the page, in one language only."""
    assert messages.problems(catalogue) == []
    catalogue.write_text(GOOD.replace(good, bad))
    (found,) = messages.problems(catalogue)
    assert found.startswith(str(catalogue))
    assert problem in found


def test_the_projects_own_catalogues_have_no_problem() -> None:
    """What `make check` looks at."""
    assert [problem for po in messages.catalogs() for problem in messages.problems(po)] == []
