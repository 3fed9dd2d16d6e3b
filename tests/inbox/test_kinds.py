"""Every kind of message that is sent anywhere belongs to a group."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from forum.inbox import kinds
from forum.inbox.kinds import ALWAYS, CHOOSABLE, DEFAULT, GROUPS, Group, Mail

FORUM = Path(kinds.__file__).parents[1]
#: What is sent where the kind is not written in the call: as each file spells the kinds.
ELSEWHERE = {
    "actions/trusting.py": {"level-up", "level-down"},
    "inbox/subscriptions.py": {"answer", "followed", "comment", "mention"},
}


def _sends(tree: ast.AST) -> Iterator[ast.expr]:
    """The kind, as it is written, in each call of `messages.send`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "messages.send":
            yield node.args[2]


def _constants(tree: ast.Module) -> dict[str, str]:
    """The texts that have a name in the file."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


def _sent() -> Iterator[tuple[str, set[str]]]:
    for path in sorted(FORUM.rglob("*.py")):
        name, tree = str(path.relative_to(FORUM)), ast.parse(path.read_text())
        names = _constants(tree)
        for kind in _sends(tree):
            spelt = kind.value if isinstance(kind, ast.Constant) else names.get(ast.unparse(kind))
            yield name, {str(spelt)} if spelt else ELSEWHERE.get(name, {f"? {ast.unparse(kind)} in {name}"})


def test_every_kind_that_is_sent_has_its_group() -> None:
    sent = {kind for _, found in _sent() for kind in found}
    assert len(sent) > 25
    assert sent - GROUPS.keys() == set()


def test_no_kind_is_in_two_groups() -> None:
    every = [kind for group in Group for kind in kinds.kinds_of(group)]
    assert sorted(every) == sorted(GROUPS)
    assert max(len(kind) for kind in every) <= 20


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("answer", Group.ANSWERS),
        ("cited", Group.FOLLOWS),
        ("decision", Group.MODERATION),
        ("new!", Group.ACCOUNT),
    ],
)
def test_a_kind_belongs_to_its_group_and_an_unknown_one_is_never_withheld(kind: str, group: Group) -> None:
    assert kinds.group_of(kind) is group


def test_what_comes_from_moderators_or_keeps_the_account_safe_is_not_for_choosing() -> None:
    assert {Group.MODERATION, Group.ACCOUNT} == ALWAYS
    assert ALWAYS.isdisjoint(CHOOSABLE)
    assert [group for group in Group if DEFAULT[group] is not Mail.ONCE] == [Group.FOLLOWS]
