"""When the program that drives the browser dies, the tests that come later do not notice."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import missing
from driven import Driven, program


@pytest.fixture
def driven() -> Iterator[Driven]:
    if program() is None:
        missing("chromium (on Debian: apt-get install chromium-headless-shell)")
    driven = Driven()
    yield driven
    driven.close()


def drivers() -> list[int]:
    """The numbers of the programs that this process drives browsers with."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(child) for child in children if b"run-driver" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_dead_driver_is_noticed_and_another_takes_its_place(driven: Driven) -> None:
    before = set(drivers())
    browser = driven.open()
    assert driven.lives()
    (started,) = set(drivers()) - before
    os.kill(started, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while driven.lives():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    driven.pause()
    again = driven.open()
    assert again is not browser
    page = again.new_page()
    page.set_content("<p>here</p>")
    assert page.inner_text("p") == "here"
    driven.pause()
