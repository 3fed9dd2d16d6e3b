"""The forum's own key: what it seals only it opens, and what it hashes tells nothing."""

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum import sealing
from forum.config import settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A forum whose key is in its data folder."""
    monkeypatch.setenv("FORUM_SECRET", "")
    monkeypatch.setenv("FORUM_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()
    sealing._kept.cache_clear()


@given(st.text(max_size=200))
def test_what_is_sealed_is_opened(text: str) -> None:
    sealed = sealing.seal(text)
    assert sealing.unseal(sealed) == text
    assert len(text) < 4 or text.encode() not in sealed


def test_what_was_changed_or_sealed_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = sealing.seal("JBSWY3DPEHPK3PXP")
    for damaged in (sealed[:-2] + b"AA", sealed[:20], b"", sealed.swapcase()):
        with pytest.raises(sealing.NotSealedHere):
            sealing.unseal(damaged)
    monkeypatch.setenv("FORUM_SECRET", "another secret that is long enough")
    settings.cache_clear()
    with pytest.raises(sealing.NotSealedHere):
        sealing.unseal(sealed)


def test_the_same_text_is_known_again_for_one_purpose_only(monkeypatch: pytest.MonkeyPatch) -> None:
    known = sealing.digest("sign-in", "192.0.2.1")
    assert known == sealing.digest("sign-in", "192.0.2.1")
    assert len(known) == 16
    others = {sealing.digest("recover", "192.0.2.1"), sealing.digest("sign-in", "192.0.2.2")}
    monkeypatch.setenv("FORUM_SECRET", "another secret that is long enough")
    settings.cache_clear()
    assert known not in {*others, sealing.digest("sign-in", "192.0.2.1")}


def test_the_key_is_made_once_and_for_its_owner_only(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: sealing.digest("a", "b"), range(32)))
    assert len(digests) == 1
    assert [path.name for path in folder.iterdir()] == ["secret"]
    assert len((folder / "secret").read_bytes()) == 32
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
    sealed = sealing.seal("text")
    sealing._kept.cache_clear()
    assert sealing.unseal(sealed) == "text"


def test_a_key_that_another_process_made_first_is_taken(folder: Path) -> None:
    (folder / "secret").write_bytes(os.urandom(32))
    before = (folder / "secret").read_bytes()
    sealing.seal("text")
    assert (folder / "secret").read_bytes() == before
