"""People before a browser: each has a window of their own and does what people do."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from browser.server import Forum
from playwright.sync_api import Browser, Locator, Page, expect

from forum.accounts import samples

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
PATIENCE = 10_000  # milliseconds
#: Chromium tells of every answer that is not a 200; pages with 404, 409 and 422 are meant.
_MEANT = re.compile(r"the server responded with a status of 4\d\d")
#: A module is loaded once: asking for it again waits until it has run. One that is on its way stands in no
#: list yet, so it is looked again until there are no more.
_SCRIPTS_RAN = r"""async () => {
  for (let ran = -1, found = []; ran < found.length; ) {
    ran = found.length;
    await new Promise(done => setTimeout(done, 30));
    found = performance.getEntriesByType('resource').filter(entry => /\.js(\?|$)/.test(entry.name));
    await Promise.all(found.map(entry => import(entry.name)));
  }
}"""


def ready(page: Page) -> None:
    """All that the scripts of the page add to it is there: they are loaded when the page itself is done."""
    page.wait_for_load_state()
    page.evaluate(_SCRIPTS_RAN)


@dataclass(frozen=True)
class Look:
    """How a window looks and what it can do."""

    name: str
    width: int = 1280
    scheme: str = "light"
    scripts: bool = True


class Person:
    """Somebody with a browser window; signed out unless they sign in."""

    def __init__(self, chromium: Browser, forum: Forum, look: Look, name: str = "") -> None:
        self.forum = forum
        self.look = look
        self.name = name
        #: What went wrong in the window by itself: errors of scripts, and what the policy forbade.
        self.troubles: list[str] = []
        self.context = chromium.new_context(
            base_url=forum.base,
            viewport={"width": look.width, "height": 900},
            color_scheme="dark" if look.scheme == "dark" else "light",
            java_script_enabled=look.scripts,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not _MEANT.search(text):
            self.troubles.append(text)

    def go(self, path: str) -> int:
        """Opens a page; answers its status."""
        answer = self.page.goto(path)
        assert answer is not None
        if self.look.scripts:
            ready(self.page)
        return answer.status

    def click(self, role: str, name: str, within: Locator | None = None) -> None:
        """Presses the one link or button with this name."""
        place = within or self.page
        place.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]

    def fill(self, label: str, words: str) -> None:
        self.page.get_by_label(label, exact=True).fill(words)

    def sees(self, words: str, within: Locator | None = None) -> None:
        """Fails unless the words stand there."""
        expect((within or self.page.locator("main")).get_by_text(words).first).to_be_visible(timeout=PATIENCE)

    def never_sees(self, words: str) -> None:
        expect(self.page.get_by_text(words)).to_have_count(0)

    def sign_in(self, name: str = "", password: str = samples.PASSWORD) -> "Person":
        """Signs in by the form, as one of the sample community unless told otherwise."""
        self.name = name or self.name
        self.go("/sign-in")
        self.fill("Name or mail address", self.name)
        self.fill("Password", password)
        self.click("button", "Sign in", self.page.locator("main"))
        expect(self.page.locator(".who")).to_have_text(self.name)
        return self

    def is_signed_in(self) -> "Person":
        """Came in before, and is on the first page; the form is for those whose story begins with it."""
        self.came_in()
        self.go("/")
        return self

    def came_in(self) -> None:
        """Whatever the window opens next, it is signed in there."""
        token = self.forum.session_of(self.name)
        self.context.add_cookies([{"name": "session", "value": token, "url": self.forum.base}])

    def shoot(self, name: str) -> None:
        """Keeps a picture of the whole page, for people to look at, where PICTURES is set."""
        if "PICTURES" not in os.environ:
            return
        folder = ARTIFACTS / self.look.name
        folder.mkdir(parents=True, exist_ok=True)
        # PNG takes Chromium four times as long.
        self.page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=80, full_page=True)

    def close(self) -> None:
        """Closes the window; fails if anything went wrong in it by itself."""
        self.context.close()
        assert not self.troubles, self.troubles
