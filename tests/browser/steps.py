"""What people do on a page before it is looked at."""

from typing import Protocol

from playwright.sync_api import Page

from forum.accounts import samples

#: Who has a passkey and one-time codes.
GUARDED = "kestrel"


class Step(Protocol):
    """Done in a window."""

    def __call__(self, page: Page, /) -> None: ...


def nothing(page: Page) -> None:
    """The page is looked at as it is."""


class Sent:
    """A button was pressed with these fields filled in, hidden ones too, without the browser's own checks."""

    def __init__(self, button: str, **fields: str) -> None:
        self.button = button
        self.fields = fields
        self.first: Sent | None = None

    def after(self, first: "Sent") -> "Sent":
        """The form stands on the page to which another one leads."""
        self.first = first
        return self

    def __call__(self, page: Page, /) -> None:
        if self.first is not None:
            self.first(page)
        button = page.get_by_role("button", name=self.button, exact=True)
        form = page.locator("main form").filter(has=button).last
        form.evaluate("form => { form.noValidate = true; }")
        for name, value in self.fields.items():
            field = form.locator(f"[name={name}]").first
            field.evaluate("(field, value) => { field.value = value; }", value)
        with page.expect_navigation():
            form.get_by_role("button", name=self.button, exact=True).click()


class Opened:
    """What is folded behind these words is open."""

    def __init__(self, words: str, then: Step = nothing) -> None:
        self.words = words
        self.then = then

    def __call__(self, page: Page, /) -> None:
        page.locator("summary", has_text=self.words).first.click()
        self.then(page)


def sent_in(step: Step) -> Sent | None:
    """The form that is sent in this step, if one is."""
    inner = step.then if isinstance(step, Opened) else step
    return inner if isinstance(inner, Sent) else None


FIRST_STEP = Sent("Sign in", name=GUARDED, password=samples.PASSWORD)
CODES_BEGUN = Sent("Switch on", code="1").after(Sent("Set up"))
NO_IMAGE = Sent("Send it", alt="")
FLAG_WITHOUT_WORDS = Opened("Something else", Sent("Send to the moderators"))


def card(page: Page) -> None:
    """A citation has the focus, so that its card stands beside it."""
    page.locator("sup.cite a").first.focus()
    page.locator(".card").wait_for()


def comment(page: Page) -> None:
    """The form for a comment is open."""
    page.locator("article.post summary", has_text="Comment").first.click()


def preview(page: Page) -> None:
    """What was typed is shown as others will read it."""
    page.get_by_label("Text", exact=True).fill(
        "Words.[@doi:10.1371/journal.pone.0211023, p. 2]\n\n[@doi:nonsense]"
    )
    page.locator("[data-tabs] [value=preview]").click()
    page.locator("[data-pane=preview] .refs").wait_for()


def settings_wrong(page: Page) -> None:
    """One of many forms was sent with words where a number belongs."""
    page.get_by_label("Posts that readers see, to become a member").fill("many")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep these : Trust").click()


#: Saved from the first wording, after all of it was changed: both readings stand side by side.
MET_ANOTHER = Sent("Save", revision="1", text="All of this reads otherwise now.")
