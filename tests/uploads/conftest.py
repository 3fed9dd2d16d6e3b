"""Pictures that are already made: what a test about posts needs of them is their name."""

import pytest

from forum.uploads import making
from forum.uploads.making import Made

FULL, SMALL = b"RIFF0000WEBPfull", b"RIFF0000WEBPsmall"


@pytest.fixture
def ready_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """No picture needs a process of its own: each is a wide one."""
    monkeypatch.setattr(making, "made", lambda _content: Made(1200, 600, FULL, SMALL))
