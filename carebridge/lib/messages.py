"""Translations in Python, since a fresh machine has no gettext.

`python -m carebridge.lib.messages` compiles what changed. With `--extract` it brings every .po up to date with the
sources: new texts come in empty, texts that are gone go. With `--check` it prints what is wrong or missing.
"""

import os
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    **{f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")},
    "gettext_noop": None,
}
# No dates and no tools: the same texts make the same bytes on every machine.
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: {plurals}\\n"

"""


def catalogs(folder: Path = LOCALE) -> list[Path]:
    """Every .po file of the project."""
    return sorted(folder.glob("*/LC_MESSAGES/*.po"))


def problems(po: Path) -> list[str]:
    """What is wrong in one catalogue, a line each: broken syntax, or placeholders that differ from the original's."""
    try:
        catalog = _read(po)
    except PoFileError as error:
        return [f"{po}: {error}"]
    return [f"{po}:{message.lineno}: {error}" for message, errors in catalog.check() for error in errors]


def templates() -> list[Path]:
    """Every template of pages and mails."""
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})


def wanted() -> Catalog:
    """Every text marked for translation in our templates and Python."""
    found = Catalog()
    for source in _sources():
        for _line, text, comments, context in extract("python", BytesIO(source.encode()), KEYWORDS, ["Translators"]):
            found.add(text, auto_comments=comments, context=context)
    return found


def gaps(po: Path, texts: Catalog) -> list[str]:
    """Where a catalogue falls short of these texts, a line each: untranslated, in doubt, or of a text that is gone."""
    catalog = _read(po)
    found = [f"{po}: not translated: {_said(text)}" for text in _entries(texts) if not _translated(catalog, text)]
    found += [f"{po}: fuzzy: {_said(entry)}" for entry in _entries(catalog) if entry.fuzzy]
    gone = [entry for entry in _entries(catalog) if texts.get(entry.id, entry.context) is None]
    found += [f"{po}: not in the sources: {_said(entry)}" for entry in [*gone, *catalog.obsolete.values()]]
    return found


def update(po: Path, texts: Catalog) -> None:
    """Rewrite a catalogue to hold these texts, sorted; translations of texts that stayed are kept."""
    catalog = _read(po)
    catalog.update(texts, no_fuzzy_matching=True)
    with po.open("wb") as target:
        target.write(HEADER.format(language=_language(po), plurals=catalog.plural_forms).encode())
        write_po(target, catalog, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)


def compile_stale(folder: Path = LOCALE) -> list[Path]:
    """Write the .mo of every .po that changed since; return those written. Raises PoFileError on broken syntax."""
    stale = [po for po in catalogs(folder) if _older(po.with_suffix(".mo"), po)]
    for po in stale:
        new = po.with_suffix(f".{os.getpid()}")  # renamed when whole: two processes may do this at once
        with new.open("wb") as target:
            write_mo(target, _read(po))
        new.rename(po.with_suffix(".mo"))
    return stale


def _read(po: Path) -> Catalog:
    """The catalogue; its folder names the language, which gives the plural forms."""
    with po.open("rb") as source:
        return read_po(source, locale=_language(po), abort_invalid=True)


def _language(po: Path) -> str:
    return po.parent.parent.name


def _older(mo: Path, po: Path) -> bool:
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def _sources() -> Iterator[str]:
    """Everything a text may stand in, as Python that Babel can read."""
    for path in templates():
        # A page's indentation is no program's: without it, every line is one.
        yield "\n".join(line.lstrip() for line in templatize(path.read_text()).splitlines())
    for room in sorted(ROOT.glob("*/apps.py")):
        for path in sorted(room.parent.rglob("*.py")):
            yield path.read_text()


def _entries(catalog: Catalog) -> list[Message]:
    """All but the header."""
    return [entry for entry in catalog if entry.id]


def _translated(catalog: Catalog, text: Message) -> bool:
    """Whether every form of the text has words."""
    entry = catalog.get(text.id, text.context)
    if entry is None or entry.pluralizable != text.pluralizable:
        return False
    forms = entry.string if isinstance(entry.string, tuple | list) else [entry.string]
    return all(forms) and len(forms) == (catalog.num_plurals if text.pluralizable else 1)


def _said(entry: Message) -> str:
    return repr(entry.id if isinstance(entry.id, str) else entry.id[0])


def main() -> int:
    """Do what the module says. The exit status: 1 if `--check` found anything."""
    if "--extract" in sys.argv:
        texts = wanted()
        for po in catalogs():
            update(po, texts)
        return 0
    if "--check" not in sys.argv:
        compile_stale()
        return 0
    texts = wanted()
    found = [line for po in catalogs() for line in problems(po) or gaps(po, texts)]
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
