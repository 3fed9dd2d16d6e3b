"""On a telephone the ten main pages are whole in every language: in French, and in one that is longer and
goes from right to left. Nothing is cut off, nothing lies on something else, nothing hangs out at the side."""

import pytest
from browser.kinds import MEMBER, MODERATOR, NOBODY
from browser.people import ARTIFACTS, Look
from browser.site import Site

from forum.languages.speaking import PSEUDO
from forum.web.tongues import COOKIE

NARROW = Look("narrow", 390)
PAGES = (
    ("latest", NOBODY, "/"),
    ("thread", MEMBER, "/t/{thread}/{slug}"),
    ("ask", MEMBER, "/ask"),
    ("search", NOBODY, "/search?q=placebo+sleep"),
    ("tags", NOBODY, "/tags"),
    ("reference", NOBODY, "/references/{reference}"),
    ("person", NOBODY, "/people/mira"),
    ("inbox", MEMBER, "/inbox"),
    ("moderation", MODERATOR, "/moderation"),
    ("help", NOBODY, "/help"),
)
#: Every visible run of text with the box it is drawn in, then what is wrong with them.
LOOKED_AT = """() => {
  const wrong = [], seen = [];
  const wide = document.documentElement.clientWidth;
  const whole = document.documentElement.scrollWidth;
  if (whole > wide) wrong.push(`the page is ${whole} wide`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const words = node.data.trim(), element = node.parentElement;
    if (!words || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (element.closest('.visually-hidden, .skip, script, noscript, option, select, textarea')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    let boxes = [...range.getClientRects()].filter(box => box.width > 1 && box.height > 1);
    let clip = element, moves = false, hidden = false;
    for (; clip && clip !== document.body; clip = clip.parentElement) {
      const style = getComputedStyle(clip);
      if (/auto|scroll/.test(style.overflowX)) { moves = true; break; }
      if (style.position === 'fixed') { moves = true; break; }
      if (/hidden|clip/.test(style.overflowX)) {
        const frame = clip.getBoundingClientRect();
        // Only for who listens.
        if (frame.width < 3) hidden = true;
        // What a clamp leaves out below is meant to be left out.
        boxes = boxes.filter(box => box.top < frame.bottom - 1 && box.bottom > frame.top + 1);
        const over = boxes.some(box => box.right > frame.right + 1 || box.left < frame.left - 1);
        if (over && !hidden && style.textOverflow !== 'ellipsis') wrong.push(`cut off: ${words}`);
      }
    }
    if (moves || hidden) continue;
    for (const box of boxes) {
      if (box.right > wide + 1 || box.left < -1) wrong.push(`hangs out: ${words}`);
      seen.push([element, box, words]);
    }
  }
  for (let a = 0; a < seen.length; a++)
    for (let b = a + 1; b < seen.length; b++) {
      const [first, one, words] = seen[a], [second, other, also] = seen[b];
      if (first === second || first.contains(second) || second.contains(first)) continue;
      const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      const low = Math.min(one.height, other.height);
      if (width > 2 && height > low / 3) wrong.push(`${words} lies on ${also}`);
    }
  return [...new Set(wrong)];
}"""


@pytest.mark.parametrize("language", ["fr", PSEUDO])
@pytest.mark.parametrize(("name", "who", "path"), PAGES, ids=[name for name, *_ in PAGES])
def test_on_a_telephone_every_text_has_its_place(
    site: Site, name: str, who: str, path: str, language: str
) -> None:
    person = site.person(who, NARROW)
    person.context.add_cookies([{"name": COOKIE, "value": language, "url": site.forum.base}])
    person.go(path.format_map(site.places))
    wrong = person.page.evaluate(LOOKED_AT)
    if wrong:
        ARTIFACTS.mkdir(exist_ok=True)
        person.page.screenshot(path=ARTIFACTS / f"{name}-{language}.png", full_page=True)
    assert person.page.evaluate("document.documentElement.dir") == ("rtl" if language == PSEUDO else "ltr")
    assert wrong == []


def test_what_is_wrong_is_seen(site: Site) -> None:
    person = site.person(NOBODY, NARROW)
    person.go("/help")
    person.page.evaluate("""() => document.querySelector('main').insertAdjacentHTML('beforeend',
      '<p id=w><b>Wide</b></p><div id=c><p id=n>Clipped</p></div><p id=o>Over</p><p id=u>Under</p>')
      || ['w', 'n', 'u'].forEach(id => document.getElementById(id).setAttribute('data-x', ''))""")
    person.page.evaluate("""() => {
      const set = (id, values) => Object.assign(document.getElementById(id).style, values);
      set('w', { marginInlineStart: '380px', width: '100px' });
      set('c', { overflow: 'hidden', width: '20px' });
      set('n', { width: '90px' });
      set('u', { margin: '-1.2em 0 0' });
      set('o', { margin: '4rem 0 0' });
    }""")
    wrong = "\n".join(person.page.evaluate(LOOKED_AT))
    for words in ("the page is", "hangs out: Wide", "cut off: Clipped", "Over lies on Under"):
        assert words in wrong, wrong


@pytest.mark.parametrize("who", [NOBODY, MODERATOR])
def test_on_a_telephone_the_head_of_a_french_page_has_two_rows(site: Site, who: str) -> None:
    person = site.person(who, NARROW)
    person.context.add_cookies([{"name": COOKIE, "value": "fr", "url": site.forum.base}])
    person.go("/")
    rows = person.page.evaluate("""() => {
      const inbox = document.querySelector('.mine [href="/inbox"]');
      if (inbox && !inbox.querySelector('.count'))
        inbox.insertAdjacentHTML('beforeend', ' <b class=count>3</b>');
      return ['.brand', '.mine', '.nav'].map(part => document.querySelector(part).getBoundingClientRect());
    }""")
    brand, mine, nav = rows
    assert mine["top"] < brand["bottom"] and nav["height"] < 1.5 * mine["height"]
