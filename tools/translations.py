"""Gather the French texts of the sources into the English catalogue, compile it, check it.

The French catalogue is written by hand: it holds nothing of ours, which is French in the sources,
but the words of the sign-in library said as the other pages say them. Compiled, it also holds our
own texts that count something, for the sake of the French plural, which begins at two.

`gather` needs Debian's gettext (developers only); `compile` needs nothing but Babel, so that an
installation compiles its catalogue without a Debian package; `check` fails when a text is
not translated.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "parvis"
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
FRENCH = PACKAGE / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], domain="django")


def compile_catalogues() -> None:
    for path, catalogue in ((CATALOGUE, read(CATALOGUE)), (FRENCH, complete_french())):
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


def complete_french() -> Catalog:
    """The French catalogue, with each of our texts that counts something as its own translation.

    A text without translation is counted as in English, which would say "0 résultats".
    """
    french = read(FRENCH)
    for message in read(CATALOGUE):
        if message.pluralizable:
            french.add(message.id, message.id, context=message.context)
    return french


def gathered() -> Catalog:
    """The texts of the sources, with the translations of the catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "parvis"
        # makemessages writes beside the sources: it works on links to them instead.
        copy.mkdir()
        for entry in PACKAGE.iterdir():
            if entry.name != "locale":
                (copy / entry.name).symlink_to(entry)
        target = copy / "locale" / "en" / "LC_MESSAGES"
        target.mkdir(parents=True)
        if CATALOGUE.exists():
            (target / "django.po").write_bytes(CATALOGUE.read_bytes())
        subprocess.run(
            [
                *(sys.executable, "-m", "django", "makemessages"),
                *("--locale", "en", "--no-location", "--no-wrap", "--symlinks"),
                *("--extension", "html,txt,py", "--ignore", "tests/*"),
            ],
            cwd=copy,
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
        )
        found = read(target / "django.po")
    for message in found:
        # A guess from a similar text is no translation.
        if message.fuzzy and message.id:
            message.flags.discard("fuzzy")
            message.string = ("", "") if message.pluralizable else ""
    found.fuzzy = False
    return found


def gather() -> None:
    catalogue = gathered()
    catalogue.obsolete.clear()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        # Unwrapped: two branches that change one text each then merge.
        write_po(file, catalogue, width=None, omit_header=False, ignore_obsolete=True)


def check() -> list[str]:
    """What the catalogue lacks, in words; empty when it is complete."""
    stored = read(CATALOGUE)
    problems = []
    for message in gathered():
        if not message.id:
            continue
        translation = stored.get(message.id, context=message.context)
        label = message.id if isinstance(message.id, str) else message.id[0]
        strings = translation.string if translation else ""
        texts = [strings] if isinstance(strings, str) else list(strings)
        if translation is None or not all(texts):
            problems.append(f"not translated: {label!r}")
    return problems


def main() -> int:
    match sys.argv[1:]:
        case ["gather"]:
            gather()
        case ["compile"]:
            compile_catalogues()
        case ["check"]:
            problems = check()
            print("\n".join(problems))
            return bool(problems)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
