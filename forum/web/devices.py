"""What a browser is called: enough for its owner to know it again, too little to be followed by."""

import re

from forum.languages.words import N_, _

#: The first that is found names it; Edge and Opera say that they are Chrome too, and all say Mozilla.
_BROWSERS = (
    (r"\bEdg(e|A|iOS)?/", "Edge"),
    (r"\bOPR/|\bOpera\b", "Opera"),
    (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"Chrom(e|ium)/|\bCriOS/", "Chrome"),
    (r"\bSafari/", "Safari"),
)
_UNKNOWN = N_("A browser")
_SYSTEMS = (
    (r"\b(iPhone|iPad)\b", "iOS"),
    (r"\bAndroid\b", "Android"),
    (r"\bWindows\b", "Windows"),
    (r"\bMac OS X\b|\bMacintosh\b", "macOS"),
    (r"\bCrOS\b", "ChromeOS"),
    (r"\bLinux\b", "Linux"),
)


def called(agent: str) -> str:
    """The browser and system of a User-Agent header, such as "Firefox on Linux"; "A browser" if unknown."""
    line = agent[:500]
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, line)), _UNKNOWN)
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, line)), "")
    return f"{browser} on {system}" if system else browser


def said(stored: str) -> str:
    """What `called` has answered once, in the language spoken now."""
    browser, _between, system = stored.partition(" on ")
    if not system:
        return _(browser)
    return _("{browser} on {system}").format(browser=_(browser), system=system)
