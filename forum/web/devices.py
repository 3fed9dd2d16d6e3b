"""What a browser is called: enough for its owner to know it again, too little to be followed by."""

import re

#: The first that is found names it; Edge and Opera say that they are Chrome too, and all say Mozilla.
_BROWSERS = (
    (r"\bEdg(e|A|iOS)?/", "Edge"),
    (r"\bOPR/|\bOpera\b", "Opera"),
    (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"Chrom(e|ium)/|\bCriOS/", "Chrome"),
    (r"\bSafari/", "Safari"),
)
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
    browser = next((name for pattern, name in _BROWSERS if re.search(pattern, line)), "A browser")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, line)), "")
    return f"{browser} on {system}" if system else browser
