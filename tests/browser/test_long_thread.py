"""A long thread in a browser: links open the fold of a comment, and the list beside it shows where one is."""

from browser.people import Look
from browser.site import Site
from playwright.sync_api import expect


def test_a_link_to_a_folded_comment_opens_the_fold(site: Site) -> None:
    reader = site.person("", Look("wide"))
    page = reader.page
    reader.go(site.at("/t/{long}/{long_slug}"))
    fold = page.locator("article details.fold")
    last = fold.locator("li").last
    expect(last).to_be_hidden()
    reader.go(f"/p/{(last.get_attribute('id') or '').removeprefix('p')}")
    expect(last).to_be_visible()
    expect(last).to_be_in_viewport()


def test_the_list_beside_a_thread_shows_where_one_is(site: Site) -> None:
    reader = site.person("", Look("wide"))
    reader.go(site.at("/t/{long}/{long_slug}"))
    here = reader.page.locator(".rail [aria-current]")
    for post in (0, 12, 3):
        article = reader.page.locator(".thread-page > * > .post").nth(post)
        # A quarter of the window down is the line at which one reads.
        article.evaluate("post => scrollTo(0, post.getBoundingClientRect().top + scrollY - innerHeight / 5)")
        expect(here).to_have_attribute("href", f"#{article.get_attribute('id')}")
