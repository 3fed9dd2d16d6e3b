"""What may not stand in the source: random numbers that can be guessed, weak hashes, code made of text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FORUM = Path(__file__).parents[2] / "forum"
#: Calls, as they are written, and why they are not for us.
NEVER = {
    "eval": "text becomes code",
    "exec": "text becomes code",
    "compile": "text becomes code",
    "pickle.loads": "data becomes code",
    "yaml.load": "data becomes code",
    "os.system": "text becomes a command",
    "hashlib.md5": "a weak hash",
    "hashlib.sha1": "a weak hash",
    "random.choice": "it can be guessed: secrets.choice",
    "random.random": "it can be guessed: secrets",
    "random.randint": "it can be guessed: secrets.randbelow",
    "uuid.uuid4": "secrets.token_urlsafe says what it is for",
    "subprocess.run": "a request must start no program",
}
#: What need not be guessed is no secret; who runs the forum may start programs.
ALLOWED = {("serving.py", "subprocess.run")}


def calls(path: Path) -> Iterator[str]:
    """Everything that is called in a file, as it is written."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("path", sorted(FORUM.rglob("*.py")), ids=lambda path: str(path.relative_to(FORUM)))
def test_nothing_dangerous_is_called(path: Path) -> None:
    found = {call for call in calls(path) if call in NEVER and (path.name, call) not in ALLOWED}
    assert not found, {call: NEVER[call] for call in found}


def test_it_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "bad.py"
    file.write_text("import hashlib\nhashlib.md5(b'').digest()\neval('1')\n")
    assert {"hashlib.md5", "eval"} <= set(calls(file))
