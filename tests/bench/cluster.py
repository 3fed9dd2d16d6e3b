"""A PostgreSQL of a benchmark's own, as the tests have theirs; gone when it ends."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.servers import free_port


@contextmanager
def running(folder: Path | None = None) -> Iterator[str | None]:
    """The address of a fresh cluster with an empty database `bench`; None where PostgreSQL is not installed.

    With a `folder` it is kept there, and is the same the next time.
    """
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    place = folder or Path(tempfile.mkdtemp(prefix="footnote-bench-"))
    data, port = place.resolve() / "data", free_port()
    is_new = not data.exists()
    place.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
    if is_new:
        _run(f"{binaries}/initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--no-sync", "--locale=C.UTF-8")  # fmt: skip
    options = f"-p {port} -k /tmp -c listen_addresses=127.0.0.1 -c shared_buffers=512MB -c fsync=off"
    _run(f"{binaries}/pg_ctl", "-D", str(data), "-o", f"'{options}'" if os.geteuid() == 0 else options,
         "-l", str(place.resolve() / "log"), "-w", "-t", "300", "start")  # fmt: skip
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        _run(f"{binaries}/pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    folders = (
        [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    )
    return next((each for each in folders if (each / "initdb").exists()), None)


def _run(*command: str) -> None:
    # PostgreSQL refuses to run as root.
    words: Sequence[str] = command
    if os.geteuid() == 0:
        words = ["su", "postgres", "-s", "/bin/sh", "-c", " ".join(command)]
    subprocess.run(words, check=True, capture_output=True)
