"""The one browser of a test process, and the program that drives it."""

import asyncio
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api._context_manager import PlaywrightContextManager

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


def program() -> str | None:
    """Where the browser is; None: it is not installed."""
    # The shell is the same browser without windows to draw, for two thirds of the processor's time.
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


class Driven:
    """Begins when it is first asked for."""

    #: What a program that died has left behind cannot be closed, and would complain when collected.
    _remains: ClassVar[list[object]] = []

    def __init__(self) -> None:
        self._manager: PlaywrightContextManager | None = None

    def open(self) -> "Browser":
        """The browser; a new one if it died, or the program that drove it. It can be used until `pause`."""
        if self.lives():
            # Playwright leaves its loop marked as running between calls, and other tests could not run loops.
            asyncio._set_running_loop(self._loop)
            return self._browser
        self.close()
        return self._start()

    def _start(self) -> "Browser":
        # Imported here, because most runs are of tests that need no browser.
        from playwright.sync_api import sync_playwright

        manager = sync_playwright()
        playwright = manager.start()
        self._loop = asyncio.get_running_loop()
        try:
            self._browser = playwright.chromium.launch(executable_path=program(), args=FLAGS.split())
        except Exception:
            manager.__exit__()
            asyncio._set_running_loop(None)
            raise
        self._manager = manager
        return self._browser

    def lives(self) -> bool:
        """Whether the browser was begun and is alive, with what drives it."""
        if self._manager is None or self._manager._client is None or not self._browser.is_connected():
            return False
        process_id = self._manager._client._transport._proc.pid
        try:
            return os.waitid(os.P_PID, process_id, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            return False

    def pause(self) -> None:
        """Its windows are closed, and others may run loops."""
        try:
            for context in self._browser.contexts if self.lives() else ():
                context.close()
        except Exception:
            # What does not even close is of no use to the next file; no test has failed by that.
            self._abandon()
        asyncio._set_running_loop(None)

    def close(self) -> None:
        """The browser has ended, if it was begun."""
        if self._manager is None:
            return
        if not self.lives():
            self._abandon()
            return
        asyncio._set_running_loop(self._loop)
        try:
            self._browser.close()
            self._manager.__exit__()
            self._manager = None
        except Exception:
            self._abandon()
        asyncio._set_running_loop(None)

    def _abandon(self) -> None:
        """What is left of it does no harm; the next who asks gets another."""
        assert self._manager is not None
        assert self._manager._client is not None
        with suppress(ProcessLookupError):
            self._manager._client._transport._proc.kill()
        self._remains.append((self._manager, self._browser, self._loop))
        self._manager = None
        asyncio._set_running_loop(None)
