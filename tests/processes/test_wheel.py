"""The built wheel serves from an empty folder: it carries templates, migrations and static files."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
from conftest import free_port

ROOT = Path(__file__).parents[2]


def test_the_wheel_serves(tmp_path: Path) -> None:
    wheels, installed, folder = tmp_path / "wheels", tmp_path / "installed", tmp_path / "empty"
    folder.mkdir()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels))
    (wheel,) = wheels.glob("*.whl")
    run(
        sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(installed), str(wheel)
    )
    # Our own dependencies are those of this environment; the forum itself comes from the wheel.
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    where = subprocess.run(
        [sys.executable, "-c", "import forum; print(forum.__file__)"],
        cwd=folder, env=environment, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert where.startswith(str(installed))
    port = free_port()
    command = [sys.executable, "-m", "forum", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)
    try:
        page = first_page(f"http://127.0.0.1:{port}")
        assert page.status_code == 200
        stylesheet = re.search(r'href="(/static/[^"]+\.css)"', page.text)
        assert stylesheet
        assert httpx.get(f"http://127.0.0.1:{port}{stylesheet[1]}").status_code == 200
        assert (folder / "var" / "forum.sqlite3").exists()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def first_page(base: str) -> httpx.Response:
    for _ in range(150):
        try:
            return httpx.get(base, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")
