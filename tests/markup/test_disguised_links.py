"""Words of a link that look like another address than it leads to: the real host stands beside them."""

import pytest

from forum.markup import render
from forum.markup.links import disguised


@pytest.mark.parametrize(
    ("words", "address", "host"),
    [
        ("https://forum.test/sign-in", "https://evil.test/sign-in", "evil.test"),
        ("forum.test", "https://evil.test", "evil.test"),
        ("www.forum.test", "http://forum.test/a", ""),
        ("FORUM.test/page", "https://forum.test/page", ""),
        ("https://forum.test@evil.test/", "https://evil.test/", ""),
        ("forum.test", "https://forum.test.evil.test/", "forum.test.evil.test"),
        ("the study", "https://evil.test", ""),
        ("Fig. 3 of it", "https://evil.test", ""),
        ("v1.2", "https://evil.test", ""),
        ("https://forum.test", "/sign-in", ""),
        ("пример.испытание", "https://evil.test", "evil.test"),
    ],
)
def test_the_host_that_is_hidden(words: str, address: str, host: str) -> None:
    assert disguised(words, address) == host


def test_it_stands_behind_the_link_and_in_the_plain_text() -> None:
    page = render("See [https://**forum**.test/a](https://evil.test/b) now.")
    assert "</a> (evil.test) now" in page.html
    assert "(evil.test)" in page.text
    assert "(" not in render("See https://forum.test/a and [a study](https://evil.test).").html
