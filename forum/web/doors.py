"""Where strangers knock: signing in and up, recovery. One thread, so that knocking slows no reader.

A password takes long to check, on purpose, and anybody may send thousands. They wait here in a line of their
own, so that neither pages nor acts of members wait behind them. Who is refused for coming too often is told
so after a second: refusing, too, takes time from others.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from forum.errors import Busy
from forum.languages.words import N_

Result = TypeVar("Result")

#: The last of a longer line would wait too long.
LONGEST_LINE = 100
#: Seconds until somebody is told that they come too often.
UNHURRIED = 1.0


class Crowded(Busy):
    code = "crowded"
    words = N_("Very many people are at the door just now. Please wait a few seconds and send it again.")


class Doors:
    """The line before the doors of one process."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1, "doors")
        #: Counted in the event loop alone.
        self._waiting = 0

    async def take(self, work: Callable[[], Result]) -> Result:
        """What `work` answers when it is its turn; Crowded if too many stand in line already."""
        if self._waiting >= LONGEST_LINE:
            raise Crowded
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, work)
        finally:
            self._waiting -= 1

    async def refuse(self) -> None:
        """Comes back when somebody who came too often may be told so."""
        await asyncio.sleep(UNHURRIED)
