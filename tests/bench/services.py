"""All registries in a process of their own: `python -m tests.bench.services answering|hanging`.

Prints the settings of a forum that asks nobody else, as JSON, and answers until it is killed.
"""

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from references.fake_registries import REGISTRIES, Reply
from references.fake_services import FakeServices

#: Longer than any forum waits.
HANGS = 3600.0


class Everything(dict[str, dict[str, Any]]):
    """Crossref's works, if it knew every DOI."""

    def __contains__(self, doi: object) -> bool:
        return True

    def __getitem__(self, doi: str) -> dict[str, Any]:
        return {
            "DOI": doi,
            "type": "journal-article",
            "title": [f"A work of which {doi} is the number"],
            "author": [{"given": "Ada", "family": "Sample"}, {"given": "Bo", "family": "Second"}],
            "container-title": ["Journal of Benchmarks"],
            "issued": {"date-parts": [[2019, 2, 6]]},
        }

    def values(self) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        return iter(())


def main() -> None:
    fake = FakeServices()
    fake.works = Everything()
    fake.tell_agency("10.5555", "Crossref")
    if sys.argv[1] == "hanging":
        for name in ("crossref", "page", *REGISTRIES):
            fake.spoil(name, Reply(silent=HANGS))
    bases = {registry.setting: f"{fake.base}/{name}" for name, registry in REGISTRIES.items()}
    settings = {**bases, "crossref_base": f"{fake.base}/crossref", "contact": "team@example.org"}
    with fake.running():
        print(json.dumps({f"FORUM_{name.upper()}": value for name, value in settings.items()}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
