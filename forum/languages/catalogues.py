"""Translations as they are read: a folder of .po files for each language, one file for each area."""

import io
import re
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from forum.languages.speaking import PSEUDO

FOLDER = Path(__file__).parent

_ACCENTED = str.maketrans("aceinosuyzACEINOSUYZ", "àçéîñöšûýžÀÇÉÎÑÖŠÛÝŽ")
#: What no translation may change: places for values, tags, entities.
_FIXED = re.compile(r"(%\(\w+\)[sd]|%%|\{[^{}]*\}|<[^<>]+>|&#?\w+;)")


class Pseudo(NullTranslations):
    """English that shows it went through here: accented, a third longer, between brackets."""

    def gettext(self, message: str) -> str:
        parts = _FIXED.split(message)
        words = "".join(part if _FIXED.fullmatch(part) else part.translate(_ACCENTED) for part in parts)
        return f"⟦{words}{'·' * (sum(map(len, parts[::2])) // 3)}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


def files(language: str) -> list[Path]:
    """The language's .po files, in order."""
    return sorted((FOLDER / language).glob("*.po"))


@cache
def of(language: str) -> NullTranslations:
    """The translations into the language; a text that has none stays English."""
    if language == PSEUDO:
        return Pseudo()
    found: NullTranslations = NullTranslations()
    for number, file in enumerate(files(language)):
        one = _read(file, language)
        if number:
            found._catalog.update(one._catalog)  # type: ignore[attr-defined]
        else:
            found = one
    return found


def _read(file: Path, language: str) -> GNUTranslations:
    # Imported here, because who reads English needs none of it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    packed = io.BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return GNUTranslations(packed)
