"""Flagging through pages: two clicks, back to the same place; one's own flags; the reasons admins keep."""

import re
from collections.abc import Iterator
from typing import Any

import html5lib
import pytest
from browsing import Browser, make_app
from community import Community, beside, faults, settle, typed
from makers import make_account, make_letter
from web.test_queries import Asked, listening, scans

from forum.accounts.tables import Actor, Role
from forum.actions import flagging
from forum.db import Database
from forum.inbox import messages
from forum.moderation import reasons, subjects

HELP = "Call **the night line** at [our page](https://example.org/line)."


@pytest.fixture
def community(sqlite: Database) -> Iterator[tuple[Browser, Community]]:
    community = settle(sqlite)
    with Browser(make_app(sqlite)) as browser:
        yield browser.signed_in(community.newcomer), community


def page(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status and faults(answer.text) == [], (path, answer.status_code)
    return answer.text


def follow(browser: Browser, path: str, form: dict[str, str]) -> tuple[str, str]:
    """Where sending the form leads, and the page there."""
    answer = browser.post(path, form)
    assert answer.status_code == 303, (path, answer.status_code)
    place = answer.headers["location"]
    return place, page(browser, place.partition("#")[0])


def one_click(html: str) -> dict[str, str]:
    """The reasons that one button sends, with the address to which it does."""
    document = html5lib.parse(html, namespaceHTMLElements=False)
    buttons = [(form, form.find("button[@name='reason']")) for form in document.iter("form")]
    return {button.get("value"): form.get("action") for form, button in buttons if button is not None}


def test_a_post_is_flagged_in_two_clicks_and_one_is_back_at_it(community: tuple[Browser, Community]) -> None:
    browser, there = community
    thread = page(browser, there.thread)
    assert f'href="/p/{there.comment_id}/flag" data-flag>Flag</a>' in thread
    form = page(browser, f"/p/{there.comment_id}/flag")
    assert "The author never learns who flagged." in form
    assert one_click(form)["rude"] == f"/p/{there.comment_id}/flag"
    place, after = follow(browser, f"/p/{there.comment_id}/flag", {"reason": "rude"})
    assert place == f"{there.thread}?told=flagged#p{there.comment_id}"
    assert "Thank you. The moderators look at it, and you hear what came of it." in after


def test_what_needs_words_opens_a_form_and_comes_back_filled_in(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path = f"/p/{there.opening_id}/flag"
    form = page(browser, path)
    assert "other" not in one_click(form) and 'id="words-other"' in form
    for sent, field in (
        ({"reason": "other", "words": "  "}, "words-other"),
        ({"reason": "other", "words": "x" * 1001}, "words-other"),
        ({"reason": "duplicate", "link": "nowhere"}, "link-duplicate"),
        ({"reason": ""}, "reason"),
    ):
        answer = browser.post(path, sent)
        assert answer.status_code == 422 and faults(answer.text) == []
        assert f'href="#{field}"' in answer.text
        if field != "reason":
            assert beside(answer.text, field)
            assert re.search(r'<details name="reason" open><summary[^>]*><b>', answer.text)
    answer = browser.post(path, {"reason": "duplicate", "link": "nowhere", "words": "Look <here>."})
    assert typed(answer.text, "link") == "nowhere" and "Look &lt;here&gt;.</textarea>" in answer.text
    _, after = follow(browser, path, {"reason": "duplicate", "link": f"/t/{there.discussion_id}"})
    assert "Thank you." in after
    assert typed(page(browser, path), "link") == f"/t/{there.discussion_id}"


def test_accounts_sources_and_messages(community: tuple[Browser, Community]) -> None:
    browser, there = community
    person = f"/people/{there.asker.name}"
    assert f'href="{person}/flag" data-flag' in page(browser, person)
    place, after = follow(browser, f"{person}/flag", {"reason": "rude"})
    assert place == f"{person}?told=flagged" and "Thank you." in after
    source = f"/references/{there.reference_id}"
    assert f'href="{source}/flag" data-flag' in page(browser, browser.get(source).headers["location"])
    place, after = follow(browser, f"{source}/flag", {"reason": "other", "words": "Look at the year."})
    assert place.startswith(f"{source}/") and "Thank you." in after
    with browser.site.database.writing() as db:
        sent = messages.send(
            db, there.newcomer.id, "case", make_letter("A case", "Hm <b>."), "", author_id=there.moderator.id
        )
    assert f'href="/inbox/{sent.id}/flag" data-flag' in page(browser, "/inbox")
    form = page(browser, f"/inbox/{sent.id}/flag")
    assert "Hm &lt;b&gt;." in form and "whoever wrote it may guess" in form
    place, after = follow(browser, f"/inbox/{sent.id}/flag", {"reason": "rude"})
    assert place == "/inbox?told=flagged" and "Thank you." in after
    browser.signed_in(there.asker)
    assert browser.get(f"/inbox/{sent.id}/flag").status_code == 404
    assert "Flag this account" not in page(browser, person)
    assert browser.post(f"{person}/flag", {"reason": "rude"}).status_code == 403
    assert browser.signed_out().post(f"{person}/flag").status_code == 401


def test_nobody_flags_an_own_post_but_is_told_what_to_do(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_in(there.asker)
    for answer in (
        browser.get(f"/p/{there.own_id}/flag"),
        browser.post(f"/p/{there.own_id}/flag", {"reason": "rude"}),
    ):
        assert answer.status_code == 403
        assert "This is your own post: edit or withdraw it." in answer.text


def test_a_message_of_the_forum_itself_has_nobody_to_flag(community: tuple[Browser, Community]) -> None:
    browser, there = community
    with browser.site.database.writing() as db:
        sent = messages.send(db, there.newcomer.id, "welcome", make_letter("Welcome", "Hello."), "")
    assert f"/inbox/{sent.id}/flag" not in page(browser, "/inbox")
    assert browser.get(f"/inbox/{sent.id}/flag").status_code == 403


def test_the_dialog_gets_parts_of_pages(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path = f"/p/{there.opening_id}/flag"
    form = browser.get(f"{path}?part=1")
    assert form.status_code == 200 and "<html" not in form.text and one_click(form.text)["rude"] == path
    wrong = browser.post(path, {"reason": "other", "part": "1"})
    assert wrong.status_code == 422 and "<html" not in wrong.text and "data-problems" in wrong.text
    sent = browser.post(path, {"reason": "rude", "part": "1"})
    assert sent.status_code == 200 and "<html" not in sent.text and "Thank you." in sent.text
    (taken,) = re.findall(r'action="(/flags/\d+/withdraw)"', sent.text)
    back = browser.post(taken, {"part": "1"})
    assert back.status_code == 200 and "Your flag is taken back." in back.text


def test_words_can_be_added_to_what_one_click_sent(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path = f"/p/{there.opening_id}/flag"
    follow(browser, path, {"reason": "rude"})
    assert "Say more about it" in page(browser, path)
    _, after = follow(browser, path, {"reason": "rude", "words": "The third word of it."})
    assert "Your flag was changed" in after
    assert "You wrote:" in (again := page(browser, path)) and "The third word of it." in again


# --- help --------------------------------------------------------------------------------------------------


TOLD_US = "You have done the right thing by telling us."


def test_who_fears_for_somebody_is_shown_where_to_get_help(community: tuple[Browser, Community]) -> None:
    browser, there = community
    path = f"/p/{there.own_id}/flag"
    place, after = follow(browser, path, {"reason": "self-harm"})
    assert place.startswith("/help/urgent?next=") and "Thank you. The moderators look at it" in after
    assert "call the emergency number" in after and f"{there.thread}#p{there.own_id}" in after
    assert TOLD_US in after
    part = browser.post(path, {"reason": "self-harm", "part": "1"}).text
    assert "call the emergency number" in part and TOLD_US in part
    assert "emergency number" not in browser.post(path, {"reason": "rude", "part": "1"}).text


def test_the_community_has_its_own_words_for_it(community: tuple[Browser, Community]) -> None:
    browser, _there = community
    looked_up = page(browser.signed_out(), "/help/urgent")
    assert "emergency number" in looked_up and TOLD_US not in looked_up and "← Help</a>" in looked_up
    with Browser(make_app(browser.site.database, help=HELP)) as own:
        said = page(own, "/help/urgent?next=//elsewhere.example")
        assert "<strong>the night line</strong>" in said and "emergency number" not in said
        assert "elsewhere.example" not in said


def test_nobody_is_led_to_what_is_no_longer_shown(community: tuple[Browser, Community]) -> None:
    browser, there = community
    with browser.site.database.writing() as db:
        known = reasons.every(db)["off-topic"]
        terms = {name: getattr(known, name) for name in reasons.Terms._fields}
        reasons.put(db, "off-topic", reasons.Terms(**{**terms, "hides_at_once": True}))
    path = f"/p/{there.discussion_id}"
    opening = browser.get(f"/t/{there.discussion_id}").headers["location"]
    post_id = re.findall(r'<article class="post" id="p(\d+)"', page(browser, opening))[0]
    path = f"/p/{post_id}/flag"
    place, after = follow(browser.signed_in(there.asker), path, {"reason": "off-topic"})
    assert place == "/account/flags?told=flagged" and "readers no longer see it" in after


# --- one's own flags ---------------------------------------------------------------------------------------


def test_ones_own_flags_and_taking_one_back(community: tuple[Browser, Community]) -> None:
    browser, there = community
    assert "You have not flagged anything" in page(browser, "/account/flags")
    follow(browser, f"/p/{there.opening_id}/flag", {"reason": "other", "words": "Look at <this>."})
    own = page(browser, "/account/flags")
    assert "Look at &lt;this&gt;." in own and "waiting" in own
    (taken,) = re.findall(r'action="(/flags/\d+/withdraw)"', own)
    assert browser.signed_in(there.writer).post(taken).status_code == 404
    assert "Look at" not in page(browser, "/account/flags")
    place, after = follow(browser.signed_in(there.newcomer), taken, {})
    assert place == "/account/flags?told=flag-withdrawn" and "taken back" in after
    assert "/withdraw" not in after


def test_ones_accuracy_is_told(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_in(there.asker)
    own = page(browser, "/account/flags")
    assert "decided about 1 flag of yours: 1 led to something, 0 did not" in own


def test_many_flags_ask_no_more_than_few(community: tuple[Browser, Community]) -> None:
    browser, there = community
    browser.signed_in(there.newcomer)
    path = "/account/flags"

    def asked() -> Asked:
        with listening(browser.site.database) as found:
            page(browser, path)
        return found

    _flag(browser, there, there.asker.id)
    few = asked()
    for number in range(20):
        with browser.site.database.writing() as db:
            other = make_account(db)
        _flag(browser, there, other.id, number)
    many = asked()
    assert page(browser, path).count("Take it back</button>") == 22
    assert len(few) == len(many) <= 6
    assert [scans(browser.site.database, *statement) for statement in many] == [[]] * len(many)


def _flag(browser: Browser, there: Community, account_id: int, number: int = 0) -> None:
    with browser.site.database.writing() as db:
        flagging.flag(db, there.newcomer, subjects.account(account_id), "rude", str(number))
        flagging.flag(db, there.newcomer, there.opening_id, "rude", str(number))


# --- the reasons -------------------------------------------------------------------------------------------

NEW = {
    "label": "Too long <to> read",
    "help": "It goes on and on.",
    "rule": "topic",
    "urgency": "4",
    "needs": "",
    "place": "3",
    "post": "on",
}


def admin(browser: Browser) -> Actor:
    with browser.site.database.writing() as db:
        return make_account(db, "", Role.ADMIN)


def kept(browser: Browser, key: str) -> Any:
    with browser.site.database.reading() as db:
        return reasons.every(db)[key]


def test_an_admin_adds_changes_and_retires_a_reason(community: tuple[Browser, Community]) -> None:
    browser, there = community
    boss = admin(browser)
    form = f"/p/{there.opening_id}/flag"
    _, after = follow(browser.signed_in(boss), "/moderation/reasons", NEW)
    assert "Too long &lt;to&gt; read" in after and "The reason is kept" in after
    assert "Too long &lt;to&gt; read" in page(browser, form)
    key = "too-long-to-read"
    assert typed(page(browser, f"/moderation/reasons?reason={key}"), "label") == NEW["label"]
    follow(browser, "/moderation/reasons", {**NEW, "key": key, "label": "Too long", "shows_help": "on"})
    assert (kept(browser, key).label, kept(browser, key).shows_help) == ("Too long", True)
    follow(browser, "/moderation/reasons", {"key": key, "step": "retire"})
    assert "Too long" not in page(browser, form)
    follow(browser, "/moderation/reasons", {"key": key, "step": "offer"})
    assert "Too long" in page(browser, form)
    assert "changed a reason for flags" in page(browser.signed_out(), "/log")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"label": " "}, "label"),
        ({"help": "x" * 301}, "help"),
        ({"rule": "none"}, "rule"),
        ({"urgency": "0"}, "urgency"),
        ({"needs": "money"}, "needs"),
        ({"place": "0"}, "place"),
        ({"post": ""}, "subjects"),
        ({"needs": "link", "account": "on"}, "subjects"),
    ],
)
def test_a_reason_filled_in_wrongly_says_where(
    community: tuple[Browser, Community], wrong: dict[str, str], field: str
) -> None:
    browser, _there = community
    answer = browser.signed_in(admin(browser)).post("/moderation/reasons", NEW | wrong)
    assert answer.status_code == 422 and faults(answer.text) == []
    assert beside(answer.text, field)
    if field != "label":
        assert typed(answer.text, "label") == NEW["label"]


def test_the_last_reason_stays(community: tuple[Browser, Community]) -> None:
    browser, _there = community
    browser.signed_in(admin(browser))
    follow(browser, "/moderation/reasons", {"key": "promotion", "step": "retire"})
    answer = browser.post("/moderation/reasons", {"key": "other", "step": "retire"})
    assert answer.status_code == 422 and "nobody could flag a source" in answer.text
    assert not kept(browser, "other").is_retired


def test_only_admins_keep_reasons(community: tuple[Browser, Community]) -> None:
    browser, there = community
    for who in (there.newcomer, there.moderator):
        browser.signed_in(who)
        assert browser.get("/moderation/reasons").status_code == 403
        assert browser.post("/moderation/reasons", NEW).status_code == 403
    browser.signed_in(admin(browser))
    assert browser.post("/moderation/reasons", {**NEW, "key": "nonsense"}).status_code == 404
    assert browser.get("/moderation/reasons?reason=nonsense").status_code == 404
