"""A bar on the terminal, for what takes a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

steps = Console(stderr=True)


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with this title; answers a function that takes (done, all)."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=steps, transient=False) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
