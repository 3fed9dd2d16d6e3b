"""Scans a forum with the sample community by wapiti and sqlmap, signed out and signed in: `make scan`.

The scanners live in an environment of their own (`.scan`), because nothing of ours imports them. It takes
about half an hour; what they report, and what they were asked, is printed at the end. Exit 1 if there is
anything.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urldefrag, urlsplit

import httpx

from forum.accounts import people, sessions
from forum.db import Database

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".scan" / "bin"
PORT = 8093
BASE = f"http://127.0.0.1:{PORT}"
MODULES = "sql,xss,permanentxss,redirect,csp,http_headers,cookieflags"
#: Who scans: a guest, a member, and an admin, who sees all that moderators see.
PEOPLE = ("", "mira", "ada")
#: Of addresses that differ in their numbers only, so many are asked.
ALIKE = 2
_HREF = re.compile(r"""(?:href|action)=["']([^"']+)["']""")
_FIELD = re.compile(r"""<(?:input|select)[^>]*\sname=["']([^"']+)["']""")


@contextmanager
def running(folder: Path) -> Iterator[Database]:
    """A forum with its sample community, without limits: a scanner asks more than people do."""
    url = f"sqlite:///{folder / 'forum.sqlite3'}"
    environment = {
        **os.environ, "FORUM_DATABASE_URL": url, "FORUM_DATA_DIR": str(folder), "FORUM_BASE_URL": BASE,
        "FORUM_LIMITS": "0", "FORUM_FLOOD_POSTS": "0",
    }  # fmt: skip
    forum = [sys.executable, "-m", "forum"]
    subprocess.run([*forum, "sample"], env=environment, check=True)
    with (folder / "forum.log").open("wb") as log:
        server = subprocess.Popen(
            [*forum, "serve", "--port", str(PORT), "--no-worker"], env=environment, stdout=log, stderr=log
        )
        try:
            _wait()
            yield Database(url)
        finally:
            server.terminate()
            server.wait()


def _wait() -> None:
    for _ in range(200):
        try:
            if httpx.get(f"{BASE}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the forum did not start")


def cookie_of(database: Database, name: str) -> str:
    """The Cookie header of a new session of that person; "" for a guest."""
    if not name:
        return ""
    with database.writing() as db:
        person = people.named(db, name)
        assert person is not None, name
        return f"session={sessions.start(db, person.id)}"


def parameterised(cookie: str) -> list[str]:
    """Every kind of address with parameters that links and forms of the forum lead to."""
    waiting, seen, found = deque(["/"]), set[str](), dict[str, str]()
    with httpx.Client(base_url=BASE, headers={"cookie": cookie}, trust_env=False) as client:
        while waiting and len(seen) < 600:
            path = waiting.popleft()
            kind = re.sub(r"\d+|=[^&]*", "0", path)
            if not path.startswith("/") or path.startswith(("//", "/static")) or path in seen:
                continue
            if sum(re.sub(r"\d+|=[^&]*", "0", other) == kind for other in seen) >= ALIKE:
                continue
            seen.add(path)
            page = client.get(path).text
            waiting.extend(urldefrag(unescape(link).removeprefix(BASE)).url for link in _HREF.findall(page))
            for form in re.findall(r"<form(?![^>]*method=.post).*?</form>", page, re.DOTALL | re.IGNORECASE):
                action = (_HREF.findall(form) or [path])[0].partition("?")[0]
                fields = "&".join(f"{name}=1" for name in dict.fromkeys(_FIELD.findall(form)))
                if fields:
                    waiting.append(f"{unescape(action)}?{fields}")
    for path in seen:
        parts = urlsplit(path)
        if names := tuple(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})):
            found.setdefault(f"{re.sub(r'[0-9]+', '0', parts.path)} {names}", BASE + path)
    return sorted(found.values())


def wapiti(cookie: str, folder: Path, seconds: int) -> list[str]:
    """What wapiti reports, a line each."""
    report = folder / "wapiti.json"
    headers = ["-H", f"Origin: {BASE}", *(["-H", f"Cookie: {cookie}"] if cookie else [])]
    command = [
        str(TOOLS / "wapiti"), "-u", f"{BASE}/", "-m", MODULES, "-f", "json", "-o", str(report),
        "--flush-session", "--store-session", str(folder / "wapiti"), "-x", f"{BASE}/sign-out",
        "--max-scan-time", str(seconds), "--max-attack-time", str(seconds // 4), "--tasks", "4", *headers,
    ]  # fmt: skip
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    told = json.loads(report.read_text())
    asked = told.get("infos", {}).get("crawled_pages_nbr", "?")
    print(f"  wapiti crawled {asked} pages")
    return [
        f"wapiti {kind}: {one['method']} {one['path']} {one['parameter']} {one['info']}"
        for part in ("vulnerabilities", "anomalies")
        for kind, found in told[part].items()
        for one in found
    ]


def sqlmap(cookie: str, folder: Path) -> list[str]:
    """What sqlmap finds in the parameters of these addresses, a line each."""
    addresses = parameterised(cookie)
    print(f"  sqlmap is asked about {len(addresses)} kinds of addresses")
    (folder / "addresses.txt").write_text("\n".join(addresses))
    command = [
        str(TOOLS / "sqlmap"), "-m", str(folder / "addresses.txt"), "--batch", "--level", "1", "--risk", "1",
        "--flush-session", "--output-dir", str(folder / "sqlmap"), "--disable-coloring",
        *(["--cookie", cookie, "--skip", "cookie"] if cookie else []),
    ]  # fmt: skip
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (folder / "sqlmap.txt").write_text(told)
    tested = len(re.findall(r"does not seem to be injectable|is vulnerable", told))
    print(f"  sqlmap tested {tested} parameters")
    assert tested or not addresses, "sqlmap tested nothing"
    return [f"sqlmap: {line}" for line in told.splitlines() if "is vulnerable" in line]


def main(seconds: int = 300, names: Sequence[str] = PEOPLE) -> int:
    """Scans as each of these people, so long by wapiti; the number of findings."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as name, running(Path(name)) as database:
        for who in names:
            print(f"as {who or 'a guest'}:", flush=True)
            cookie, folder = cookie_of(database, who), Path(name) / (who or "guest")
            folder.mkdir()
            told = [*wapiti(cookie, folder, seconds), *sqlmap(cookie, folder)]
            print("\n".join(told) or "  nothing", flush=True)
            found += told
        broken = [
            line for line in (Path(name) / "forum.log").read_text().splitlines() if "request failed" in line
        ]
        print(f"requests that ended in a 500: {len(broken)}", *broken[:5], sep="\n")
    return len(found) + len(broken)


if __name__ == "__main__":
    _, *given = sys.argv
    raise SystemExit(bool(main(int(given[0]) if given else 300, given[1:] or PEOPLE)))
