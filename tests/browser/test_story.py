"""The whole loop as people do it: join, ask, review, answer, edit, vote, accept, flag, decide, find."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from browser.people import Look, Person
from browser.server import Forum
from conftest import missing
from playwright.sync_api import Browser, Locator, expect
from references.fake_services import FakeServices, sample

#: With scripts and without. Some sit before a wide window, the others hold a narrow, dark one; in the second
#: story it is the other way round.
LOOKS = {
    "with-scripts": (Look("wide"), Look("narrow-dark", 390, "dark")),
    "without-scripts": (
        Look("narrow-dark-without-scripts", 390, "dark", scripts=False),
        Look("wide-without-scripts", scripts=False),
    ),
}
#: From here on the preview stands beside the text.
WIDE = 1000
SITTING = ("tomas", "mira", "tidewater", "")
TITLE = "Is a borderline p-value a finding or a shrug?"
KNOWN = "10.1371/journal.pone.0211023"
NEW = "10.7717/peerj.12090"
NEW_TITLE = "Towards a pragmatic use of statistics in ecology"
QUESTION = (
    f"One paper here reports *p* = .049 and calls it an effect [@doi:{KNOWN}, p. 7].\n\n"
    f"I was told that the dichotomy itself is the trouble, and was given {NEW} to read. What do people who "
    "read such papers for a living do with it?"
)
ANSWER = (
    f"I look at the **interval** first, and at how many things were measured [supports @doi:{NEW}, p. 3].\n\n"
    "> a p-value is a measure of surprise\n\n1. the size of the effect\n2. its interval\n3. only then *p*"
)
HARM = "Forget the numbers: double what you take until you feel it, that is the only test there is."
REASON = "It tells a stranger to take more. Please tell us what happened to you instead."


class Story:
    """Who is here, and where it happens."""

    def __init__(self, chromium: Browser, forum: Forum, looks: tuple[Look, Look]) -> None:
        self.forum = forum
        self._looks = looks
        self._chromium = chromium
        self._people: dict[str, Person] = {}
        self.reader = self._window("")
        self.newcomer = self._window("nell-new")
        #: Paths of the thread and of the review item that it is about.
        self.thread = ""
        self.item = ""

    def _window(self, name: str) -> Person:
        look = self._looks[name not in SITTING]
        return self._people.setdefault(name, Person(self._chromium, self.forum, look, name))

    def person(self, name: str) -> Person:
        """Somebody of the sample community, signed in."""
        return self._people.get(name) or self._window(name).is_signed_in()

    def end(self) -> None:
        for person in self._people.values():
            person.close()


@pytest.fixture(params=LOOKS)
def story(request: pytest.FixtureRequest, chromium: Browser, forum: Forum) -> Iterator[Story]:
    story = Story(chromium, forum, LOOKS[request.param])
    yield story
    story.end()


@pytest.fixture(autouse=True)
def _a_work_that_crossref_knows(crossref: FakeServices) -> None:
    try:
        crossref.add(sample("crossref-work-has-preprint.json")["message"])
    except FileNotFoundError:
        missing("the shared folder with recorded answers of registries")


@pytest.mark.timeout(600)
def test_the_whole_loop(story: Story) -> None:
    a_newcomer_joins(story)
    a_newcomer_asks(story)
    nobody_else_sees_it(story)
    a_moderator_publishes_it(story)
    the_newcomer_is_told(story)
    somebody_answers(story)
    others_comment(story)
    the_answer_is_edited(story)
    others_vote(story)
    the_newcomer_accepts(story)
    three_people_flag_a_harmful_answer(story)
    only_one_moderator_works_on_it(story)
    a_moderator_hides_it(story)
    everybody_reads_why(story)
    the_decision_is_reversed_and_a_second_moderator_is_late(story)
    the_source_is_looked_up(story)
    the_source_lists_its_posts(story)
    a_reader_finds_the_thread(story)


def a_newcomer_joins(story: Story) -> None:
    nell = story.newcomer
    nell.go("/")
    nell.shoot("01-latest")
    nell.click("link", "Join")
    nell.fill("Name", nell.name)
    nell.fill("Mail address", "nell@example.org")
    nell.fill("Password", "four herons on a fence")
    nell.shoot("02-join")
    nell.click("button", "Join")
    nell.sees("Look into your mail")
    nell.go(story.forum.sign_up_link("nell@example.org"))
    nell.sees("One step is left")
    nell.fill("Your password", "four herons on a fence")
    nell.click("button", "Make my account")
    nell.sees("Welcome, nell-new")
    nell.shoot("02-welcome")


def a_newcomer_asks(story: Story) -> None:
    nell = story.newcomer
    nell.click("link", "Ask")
    nell.fill("Title", TITLE)
    nell.fill("Tags", "p-values evidence")
    nell.fill("Text", QUESTION)
    preview = previewed(nell, "03-ask")
    nell.click("button", "Post")
    nell.sees("Waiting for review")
    nell.sees("A moderator reads your post before everybody sees it")
    assert posted(nell, QUESTION) == preview
    nell.sees("details not looked up yet")
    story.thread = urlsplit(nell.page.url).path
    nell.shoot("04-waiting")


def nobody_else_sees_it(story: Story) -> None:
    for other in (story.reader, story.person("dagny")):
        assert other.go(story.thread) == 404
        other.go("/")
        other.never_sees(TITLE)
        other.go("/search?q=borderline+dichotomy")
        other.never_sees(TITLE)
    story.reader.shoot("05-nothing-found")


def a_moderator_publishes_it(story: Story) -> None:
    tomas = story.person("tomas")
    tomas.click("link", "Moderation")
    tomas.shoot("06-queue")
    tomas.click("link", TITLE, tomas.page.locator(".queue"))
    tomas.sees("One of this member’s first posts")
    tomas.click("button", "Claim this item")
    tomas.sees("The item is yours")
    tomas.shoot("07-held-item")
    choose(tomas, "Publish")
    tomas.click("button", "Decide")
    tomas.sees("Your decision is carried out")
    expect(tomas.page.locator(".queue")).not_to_contain_text(TITLE)


def the_newcomer_is_told(story: Story) -> None:
    nell = story.newcomer
    nell.go("/")
    nell.page.get_by_role("link", name=re.compile("Inbox [12]")).click()
    nell.sees("Your question is published")
    nell.shoot("08-inbox")
    nell.click("button", "Your question is published")
    nell.sees(TITLE)
    nell.never_sees("Waiting for review")
    assert story.reader.go(story.thread) == 200


def somebody_answers(story: Story) -> None:
    dagny = story.person("dagny")
    dagny.go(story.thread)
    dagny.fill("Text", ANSWER)
    preview = previewed(dagny, "09-answer")
    dagny.click("button", "Post answer")
    dagny.sees("Your post is there for everybody to read")
    assert posted(dagny, "a measure of surprise") == preview
    story.reader.go(story.thread)
    story.reader.sees("a measure of surprise")
    story.newcomer.go("/inbox")
    story.newcomer.sees("dagny")


def others_comment(story: Story) -> None:
    mira = story.person("mira")
    mira.go(story.thread)
    answer = article(mira, "a measure of surprise")
    answer.get_by_text("Comment", exact=True).click()
    answer.get_by_role("textbox", name="Your comment").fill(
        "A *measure of surprise* I shall steal for the reading group."
    )
    mira.click("button", "Post comment", answer)
    mira.sees("I shall steal for the reading group", article(mira, "a measure of surprise"))
    story.reader.go(story.thread)
    story.reader.sees("I shall steal for the reading group")


def the_answer_is_edited(story: Story) -> None:
    dagny = story.person("dagny")
    dagny.go(story.thread)
    dagny.click("link", "Edit", article(dagny, "a measure of surprise"))
    dagny.fill("Text", ANSWER.replace("only then", "finally"))
    dagny.fill("What did you change, and why?", "It read like an order")
    dagny.shoot("10-edit")
    dagny.click("button", "Save")
    dagny.sees("Your changes are saved")
    reader = story.reader
    reader.go(story.thread)
    reader.click("link", "edited")
    reader.sees("It read like an order")
    expect(reader.page.locator(".diff ins").first).to_have_text("finally")
    expect(reader.page.locator(".diff del").first).to_have_text("only then")
    reader.shoot("11-history")


def others_vote(story: Story) -> None:
    for name in ("mira", "kestrel"):
        voter = story.person(name)
        voter.go(story.thread)
        answer = article(voter, "a measure of surprise")
        loads: list[str] = []
        voter.page.on("framenavigated", lambda frame, loads=loads: loads.append(frame.url))
        up = answer.get_by_role("button", name=re.compile("Vote up"))
        up.click()
        expect(up).to_have_attribute("aria-pressed", "true")
        assert bool(loads) != voter.look.scripts, (
            "with scripts a vote needs no new page, without them it does"
        )
    expect(answer.locator(".score")).to_have_text("2")
    voter.page.reload()
    expect(answer.locator(".score")).to_have_text("2")


def the_newcomer_accepts(story: Story) -> None:
    nell = story.newcomer
    nell.go(story.thread)
    nell.click("button", "Accept this answer")
    nell.sees("You accepted this answer")
    nell.sees("accepted answer", article(nell, "a measure of surprise"))
    story.reader.go("/")
    row = story.reader.page.locator(".threads li").filter(has_text=TITLE)
    expect(row.locator(".tally")).to_contain_text("1 ✓")


def three_people_flag_a_harmful_answer(story: Story) -> None:
    author = story.person("tidewater")
    author.go(story.thread)
    author.fill("Text", HARM)
    author.click("button", "Post answer")
    author.sees("Your post is there for everybody to read")
    # Mira is trusted: with hers, the flags are enough, and the forum holds the answer by itself.
    for name, reason in (("wren", "Something else"), ("kestrel", "Unsafe advice"), ("mira", "Unsafe advice")):
        flagger = story.person(name)
        flagger.go(story.thread)
        flagger.click("link", "Flag", article(flagger, HARM))
        flagger.page.locator("summary.choice").filter(has_text=reason).click()
        words = flagger.page.get_by_role("textbox", name="In your words", exact=True)
        words.fill(f"{name} is frightened by this.")
        if name == "wren":
            flagger.shoot("12-flag")
        flagger.click("button", "Send to the moderators")
        flagger.sees("Thank you. The moderators look at it", flagger.page.locator("main, dialog"))


def only_one_moderator_works_on_it(story: Story) -> None:
    tomas, halina = story.person("tomas"), story.person("halina")
    for moderator in (tomas, halina):
        moderator.go("/moderation")
        case = moderator.page.locator(".case").filter(has_text=TITLE)
        expect(case).to_have_count(1)
        expect(case).to_contain_text("Unsafe advice × 2")
        moderator.click("link", TITLE, case)
        for name in ("mira", "kestrel", "wren"):
            moderator.sees(f"{name} is frightened by this.")
    story.item = urlsplit(tomas.page.url).path
    tomas.shoot("13-flagged-item")
    tomas.click("button", "Claim this item")
    with halina.page.expect_response(re.compile("/claim$")) as answer:
        halina.click("button", "Claim this item")
    assert answer.value.status == 409
    halina.sees("tomas holds this item")
    halina.shoot("14-claimed-by-another")


def a_moderator_hides_it(story: Story) -> None:
    tomas = story.person("tomas")
    choose(tomas, "Hide")
    tomas.fill("Reason", REASON)
    tomas.click("button", "Decide")
    tomas.sees("Choose the rule that this rests on")
    expect(tomas.page.get_by_label("Reason", exact=True)).to_have_value(REASON)
    tomas.shoot("15-no-rule")
    tomas.page.get_by_label("Rule", exact=True).select_option(label="First, do no harm")
    tomas.click("button", "Decide")
    tomas.sees("Your decision is carried out")


def everybody_reads_why(story: Story) -> None:
    author = story.person("tidewater")
    author.go("/inbox")
    author.sees("Your answer was hidden")
    author.sees("First, do no harm")
    author.sees(REASON)
    author.shoot("16-inbox-of-the-author")
    author.page.locator("li.unread").filter(has_text=REASON).get_by_role("button").first.click()
    author.sees("You can appeal once")
    author.shoot("16b-statement")
    author.click("link", "See it now")
    author.sees("Hidden by the moderators")
    author.shoot("17-hidden")
    reader = story.reader
    reader.go(story.thread)
    reader.never_sees(HARM)
    reader.go("/log")
    reader.sees(REASON)
    reader.never_sees("frightened")
    reader.shoot("18-log")
    wren = story.person("wren")
    wren.go("/inbox")
    told = wren.page.locator("li").filter(has_text="The answer that you flagged was hidden")
    expect(told).to_have_count(1)
    expect(told).not_to_contain_text(re.compile("tidewater|mira|kestrel"))


def the_decision_is_reversed_and_a_second_moderator_is_late(story: Story) -> None:
    tomas, halina = story.person("tomas"), story.person("halina")
    for moderator, verdict in ((halina, "Remove"), (tomas, "Restore")):
        moderator.go(story.item)
        choose(moderator, verdict)
        moderator.fill("Reason", f"{moderator.name} thinks so.")
    halina.page.get_by_label("Rule", exact=True).select_option(label="First, do no harm")
    tomas.click("button", "Decide")
    tomas.sees("Your decision is carried out")
    with halina.page.expect_response(re.compile("/decide$")) as answer:
        halina.click("button", "Decide")
    assert answer.value.status == 409
    halina.sees("tomas restored this post")
    halina.sees("halina thinks so.")
    halina.shoot("19-too-late")
    story.reader.go(story.thread)
    story.reader.sees(HARM)


def the_source_is_looked_up(story: Story) -> None:
    reader = story.reader
    reader.sees("details not looked up yet")
    story.forum.work_off()
    reader.go(story.thread)
    reader.sees(NEW_TITLE)
    reader.sees("PeerJ")
    reader.never_sees("details not looked up yet")
    reader.shoot("20-thread")
    story.newcomer.go(story.thread)
    story.newcomer.shoot("21-thread-signed-in")


def the_source_lists_its_posts(story: Story) -> None:
    reader = story.reader
    entry = article(reader, "a measure of surprise").locator(".refs li").filter(has_text=NEW_TITLE)
    entry.get_by_role("link", name=re.compile("Details")).click()
    expect(reader.page).to_have_title(re.compile("2021"))
    expect(reader.page.locator("h1")).to_have_text(NEW_TITLE)
    reader.sees("Cited in 2 posts")
    expect(reader.page.locator(".threads li")).to_have_count(2)
    expect(reader.page.locator(".threads")).to_contain_text("supports")
    reader.shoot("22-reference")
    reader.page.locator(".threads li").filter(has_text="supports").get_by_role("link", name=TITLE).click()
    reader.sees("a measure of surprise")


def a_reader_finds_the_thread(story: Story) -> None:
    reader = story.reader
    for where, word in (
        ("title", "borderline"),
        ("body", "dichotomy"),
        ("tag", "p-values"),
        ("source", "ecology"),
    ):
        reader.go("/search")
        reader.page.get_by_label("Words", exact=True).fill(word)
        reader.click("button", "Find", reader.page.locator("main"))
        hit = reader.page.locator(".threads li").filter(has_text=TITLE)
        expect(hit).to_have_count(1)
        marked = " ".join(hit.locator("mark").all_inner_texts())
        assert where in ("tag", "source") or marked.casefold() == word, f"{where}: {marked}"
        reader.shoot(f"23-search-{where}")


# --- what several of them do ----------------------------------------------------------------------------


def article(person: Person, words: str) -> Locator:
    """The post with these words."""
    return person.page.locator("article.post").filter(has_text=words)


def choose(person: Person, label: str) -> None:
    person.page.locator(".choices label").filter(has=person.page.get_by_text(label, exact=True)).click()


def previewed(person: Person, picture: str) -> tuple[str, list[str]]:
    """What the form shows beside the text: its HTML without anchors, and its references."""
    pane = person.page.locator("[data-pane=preview]")
    if not person.look.scripts:
        person.click("button", "Preview")
    elif person.look.width < WIDE:
        person.page.locator("[data-tabs]").get_by_role("button", name="Preview").click()
    expect(pane.locator("sup.cite").first).to_be_visible()
    person.shoot(picture)
    return shown(pane)


def posted(person: Person, words: str) -> tuple[str, list[str]]:
    """The same of the post with these words."""
    first = words.split("\n", maxsplit=1)[0].split("[", maxsplit=1)[0].replace("*", "")
    return shown(article(person, first))


def shown(place: Locator) -> tuple[str, list[str]]:
    html = place.locator(".text").first.inner_html()
    html = re.sub(r' aria-describedby="[^"]*"', "", html)  # set by the script that shows cards
    entries = [" ".join(entry.split()) for entry in place.locator(".refs li").all_inner_texts()]
    # What readers may do with a source is offered beside what is posted only.
    offered = re.compile(r" Read it\? Say what source \d+ says Details$")
    return re.sub(r"\b(p\d+|preview)-", "POST-", html), [offered.sub("", entry) for entry in entries]
