"""A thread counts as read once it was open for half a minute, or was read to its end; never for guests."""

import re

from browser.people import Look, Person
from browser.site import Site
from playwright.sync_api import Browser

READ = re.compile(r"/t/\d+/read$")


def test_what_counts_as_read(chromium: Browser, site: Site) -> None:
    person = Person(chromium, site.forum, Look("wide"), "mira")
    page, sent, thread = person.page, [], site.at("/t/{thread}/{slug}")
    page.on("request", lambda asked: sent.append(asked.method) if READ.search(asked.url) else None)
    page.clock.install()
    person.go(thread)
    page.clock.run_for(60_000)
    assert sent == [], "of a guest nobody knows what they read"
    person.is_signed_in()
    person.go(thread)
    page.clock.run_for(28_000)
    assert sent == []
    with page.expect_response(READ) as answer:
        page.clock.run_for(3_000)
    assert answer.value.status == 204
    page.clock.run_for(60_000)
    assert sent == ["POST"], "once is enough"
    person.go(thread)
    page.clock.run_for(8_000)
    with page.expect_response(READ) as answer:
        page.locator("[data-related]").scroll_into_view_if_needed()
    assert (answer.value.status, sent) == (204, ["POST", "POST"])
    assert person.troubles == []
