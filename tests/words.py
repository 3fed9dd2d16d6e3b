"""The texts of the forum and their translations: `make words` brings the catalogues up to date.

Each area has a .po file for each language. A text stands in the file of every area that says it.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from forum.languages.catalogues import FOLDER
from forum.languages.speaking import ENGLISH, LANGUAGES

ROOT = Path(__file__).parents[1]
METHODS = [("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"), ("forum/**.py", "python")]
OPTIONS = {
    "jinja2": {"trimmed": "true", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"},
}
KEYWORDS = {
    "_": None,
    "N_": None,
    "lasting": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def _each(pattern: str, names: str) -> tuple[str, ...]:
    return tuple(pattern.format(name) for name in names.split())


#: The first that a file's path begins with is its area.
AREAS: Mapping[str, tuple[str, ...]] = {
    "mail": ("templates/mail/", *_each("forum/inbox/{}", "mail letters dress")),
    "digest": ("templates/digest/", "forum/inbox/digest"),
    "inbox": (
        "templates/inbox/",
        "templates/pushes/",
        "forum/inbox/",
        "forum/web/pages/inbox",
        "forum/languages/time_zones",
    ),
    "following": (
        *_each("templates/{}/", "bookmarks following"),
        *_each("forum/web/pages/{}", "bookmarks following saved"),
        *_each("forum/actions/{}", "following bookmarking saving"),
        "forum/discussion/bookmarks",
    ),
    "moderation": (
        *_each(
            "templates/{}/",
            "admin appealing case_file flags moderation reporting requesting statistics tending thresholds"
            " verifying words",
        ),
        *_each("forum/{}", "moderation/ config choices web/pages/admin/ web/figures web/sheets web/plots"),
        *_each(
            "forum/web/pages/{}",
            "appealing case_file cases flags items own_flags queue reasons reporting requesting revealing"
            " rules standing statistics tending thresholds transparency verifying words log invitations"
            " corrections",
        ),
        *_each(
            "forum/actions/{}",
            "administering admitting alerting annotating appealing choosing erasing flagging guarding"
            " inviting keeping_ learning making_accounts noting phrasing purposing reporting requesting"
            " revealing reviewing sanctioning settling sourcing spamming telling tending transferring"
            " verifying",
        ),
    ),
    "accounts": (
        *_each(
            "templates/{}/",
            "account beginning factors joining leaving passkeys provider proving recovering signing_in"
            " standing trust help rules log",
        ),
        "forum/accounts/",
        *_each(
            "forum/web/pages/{}",
            "account addresses beginning codes factors joining leaving passkeys password provider proving"
            " recovering signing_in trust helping profile",
        ),
        *_each("forum/web/{}", "devices doors limits"),
        *_each(
            "forum/actions/{}",
            "changing closing exporting joining keying own_data pairing proving providing readdressing"
            " recovering securing signing_in testing_mail trusting",
        ),
    ),
    "sources": (
        *_each("templates/{}/", "search sources citing references feeds people tags"),
        *_each("forum/{}/", "references search fetch"),
        *_each(
            "forum/web/pages/{}",
            "citing cite_thread exports feeds references search sources suggesting tags tag_keeping people"
            " related",
        ),
    ),
    "threads": ("templates/", "forum/"),
}
#: What no reader sees: the command line, settings, dumps and logs; the workshop's page.
LEFT_OUT = (
    *_each("forum/{}", "__main__ importers/ ops serving web/pages/design"),
    "templates/design.html",
)
#: No dates and no names: a catalogue changes only with its texts.
_HEAD = """msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


def area(path: str) -> str:
    """The area of a file; "" for one that speaks to nobody."""
    if path.startswith(LEFT_OUT):
        return ""
    return next(name for name, beginnings in AREAS.items() if path.startswith(beginnings))


def extracted() -> Iterator[tuple[str, str, str | tuple[str, ...], str | None, list[str]]]:
    """Every text: its area, its file, the text (or its singular and plural), its context, comments."""
    for top in ("templates", "forum"):
        methods = [
            (pattern.removeprefix(f"{top}/"), how) for pattern, how in METHODS if pattern.startswith(top)
        ]
        found = extract_from_dir(
            ROOT / top, methods, {pattern: OPTIONS.get(how, {}) for pattern, how in methods}, KEYWORDS
        )
        for file, _line, text, comments, context in found:
            path = f"{top}/{file}"
            if name := area(path):
                yield name, path, text, context, comments


def templates() -> dict[str, Catalog]:
    """What each area says, untranslated."""
    made = {name: Catalog(fuzzy=False, charset="utf-8") for name in AREAS}
    for name, path, text, context, comments in extracted():
        made[name].add(text, locations=[(path, 0)], auto_comments=comments, context=context)
    return made


def update(only: tuple[str, ...] = ()) -> None:
    """Every catalogue has all texts of its area and no others; the new ones wait for their translation."""
    for name, wanted in templates().items():
        if only and name not in only:
            continue
        for language in LANGUAGES:
            if language != ENGLISH:
                _write(FOLDER / language / f"{name}.po", wanted, language)


def _write(file: Path, wanted: Catalog, language: str) -> None:
    there = Catalog(locale=language, fuzzy=False, charset="utf-8")
    if file.exists():
        with file.open("rb") as source:
            there = read_po(source, locale=language)
    there.update(wanted, no_fuzzy_matching=True)
    there.obsolete.clear()
    file.parent.mkdir(exist_ok=True)
    with file.open("wb") as target:
        target.write(_HEAD.format(language=language, plurals=there.plural_forms).encode())
        write_po(target, there, width=110, omit_header=True, sort_output=True, no_location=True)


if __name__ == "__main__":
    update(tuple(sys.argv[1:]))
