"""References to take away, for reference managers and for people. All writers are pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from forum.references.export import bibtex, csljson, ris, styles
from forum.references.export.entry import Entry

__all__ = ["FORMATS", "Entry", "Format"]


class Format(NamedTuple):
    """A kind of file: its name for people, and `write`, which makes the whole file's text of the entries."""

    name: str
    media_type: str
    extension: str
    write: Callable[[Sequence[Entry]], str]


#: By the extension that stands in addresses.
FORMATS: Mapping[str, Format] = {
    kind.extension: kind
    for kind in (
        Format("BibTeX", "application/x-bibtex", "bib", bibtex.write),
        Format("RIS", "application/x-research-info-systems", "ris", ris.write),
        Format("CSL-JSON", "application/vnd.citationstyles.csl+json", "json", csljson.write),
        Format("Plain text", "text/plain", "txt", styles.write_text),
    )
}
