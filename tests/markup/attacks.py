"""A grammar of strings that try to run a script: what is called × how it is hidden × where it stands.

Each string calls `trap()` if it gets through. Any field that people fill in can be fed with them.
"""

import re
from itertools import product
from random import Random

CALLS = (
    "window.trap&&trap()",
    "trap()",
    "top.trap&&top.trap()",
    "trap`1`",
    "self['tr'+'ap']()",
    "setTimeout('trap()')",
)
EVENTS = (
    *(
        "onload",
        "onerror",
        "onclick",
        "onmouseover",
        "onmouseenter",
        "onfocus",
        "onblur",
        "onpointerenter",
        "ontoggle",
    ),
    *(
        "onanimationstart",
        "ontransitionend",
        "onbegin",
        "onstart",
        "onauxclick",
        "onkeydown",
        "onwheel",
        "oncopy",
    ),
    *("onpageshow", "onhashchange", "oncontentvisibilityautostatechange", "onbeforetoggle", "onscrollend"),
)
TAGS = (
    *(
        "img src=x",
        "svg",
        "svg/onload=1",
        "iframe src=about:blank",
        "body",
        "details open",
        "video src=x",
        "audio src=x",
    ),
    *(
        "input autofocus",
        "select autofocus",
        "textarea autofocus",
        "button autofocus",
        "a href=#x",
        "p tabindex=0",
    ),
    *(
        "marquee",
        "object data=x",
        "embed src=x",
        "math",
        "table background=x",
        "style",
        "link rel=stylesheet href=x",
    ),
    *(
        "h3 id=x tabindex=0",
        "code class=language-python",
        "sup class=cite",
        "x-y contenteditable",
        "dialog open",
    ),
)
SCHEMES = (
    *("javascript:", "JaVaScRiPt:", "java\tscript:", "java\nscript:", "java&Tab;script:", "&#106;avascript:"),
    *(
        "&#x6A&#x61vascript:",
        "javascript&colon;",
        "javascript&#58;",
        " javascript:",
        "\x01javascript:",
        "\u00a0javascript:",
    ),
    *(
        "javascript://x%0a",
        "javascript:1/*",
        "vbscript:",
        "data:text/html,<script>",
        "data:image/svg+xml,<svg onload=>",
    ),
    *(
        "data:text/html;base64,",
        "%6aavascript:",
        "feed:javascript:",
        "view-source:javascript:",
        "javascript\\:",
    ),
    *(
        "ｊavascript:",
        "jav\u00adascript:",
        "//javascript:",
        "/\\javascript:",
        "https:javascript:",
        "javascript:80",
    ),
)


def plain(markup: str) -> str:
    return markup


def upper(markup: str) -> str:
    return re.sub(r"</?\w+|^\w+(?=:)", lambda found: found[0].upper(), markup)


def decimal(markup: str) -> str:
    return "".join(f"&#{ord(char)};" if char in "<>\"'():" else char for char in markup)


def hexadecimal(markup: str) -> str:
    return "".join(f"&#x{ord(char):X}" if char in "<>\"':" else char for char in markup)


def named(markup: str) -> str:
    return markup.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;").replace(":", "&colon;")


def percent(markup: str) -> str:
    return "".join(f"%{ord(char):02X}" if char in "<>\"' " else char for char in markup)


def nul(markup: str) -> str:
    return markup.replace("script", "scr\0ipt").replace("on", "o\0n", 1)


def slashes(markup: str) -> str:
    return markup.replace(" ", "/")


def form_feeds(markup: str) -> str:
    return markup.replace(" ", "\f")


def escaped(markup: str) -> str:
    return markup.replace("<", "\\<").replace('"', '\\"').replace("[", "\\[")


def doubled(markup: str) -> str:
    return markup.replace("script", "scrscriptipt").replace("<", "<<", 1)


def unclosed(markup: str) -> str:
    return markup.rstrip(">")


def wide(markup: str) -> str:
    return markup.replace("<", "＜").replace(">", "＞")


ENCODINGS = (
    *(
        plain,
        upper,
        decimal,
        hexadecimal,
        named,
        percent,
        nul,
        slashes,
        form_feeds,
        escaped,
        doubled,
        unclosed,
        wide,
    ),
)

#: A picture as the forum might have; nothing is kept there.
PICTURE = f"/images/{'x' * 22}-1200x800.webp"

#: Where a piece of hostile markup stands: Markdown, citations, mentions, and the shapes of titles and names.
PLACES = (
    *(
        "{}",
        "Words {} words",
        "> {}",
        "- {}",
        "1. {}",
        "# {}",
        "|a|b|\n|-|-|\n|{}|c|",
        "**{}**",
        "~~{}~~",
        "`{}",
    ),
    *(
        "```{}\ncode\n```",
        "```html\n{}\n```",
        "    {}",
        "text[^1]\n\n[^1]: {}",
        "text[^{0}]\n\n[^{0}]: note",
        "{}\n===",
    ),
    *(
        "[{}](https://example.org)",
        '[x](https://example.org "{}")',
        "[x](https://example.org/{})",
        "![{}](x)",
    ),
    *(
        "[x](<https://example.org/{}>)",
        "![x](https://example.org/{})",
        "<https://example.org/{}>",
        "[{0}]\n\n[{0}]: /x",
    ),
    *(
        "https://example.org/{}",
        "www.example.com/{}",
        "https://doi.org/10.1000/{}",
        "https://arxiv.org/abs/{}",
    ),
    *(
        "10.1000/{}",
        "doi:10.1000/x{}",
        "PMID: 1{}",
        "ISBN 978-0-306-40615-7{}",
        "arXiv:1706.03762{}",
        "PMC1{}",
    ),
    *(
        "[@doi:10.1000/{}]",
        "[@doi:10.1000/x, {}]",
        "[supports @pmid:1, {}]",
        "[{} @pmid:1]",
        "[@{}:1]",
        "[@ref:{}]",
    ),
    *(
        "[@url:https://example.org/{}]",
        "[@url:{}]",
        "[@isbn:{}]",
        "[@arxiv:{}]",
        "[@pmcid:PMC1, {}]",
        "[@ref:1, {}]",
    ),
    *(
        "@{}",
        "@anna{}",
        "@anna {}",
        "/people/{}",
        "Does it help? {}",
        "{} 2019",
        "tag-{}",
        "<!-- {} -->",
        "<b>{}</b>",
    ),
    *(
        "<title>{}</title>",
        "<textarea>{}</textarea>",
        "<noscript>{}</noscript>",
        "<style>{}</style>",
        "<xmp>{}</xmp>",
    ),
    *(
        "<svg><style>{}</style></svg>",
        "<math><mtext><table><mglyph><style>{}",
        "<template>{}</template>",
        "<![CDATA[{}]]>",
    ),
    *(
        '"{}',
        "'>{}",
        '"/>{}',
        "--><p>{}",
        "]]>{}",
        "</code></pre>{}",
        "</sup></a>{}",
        "\ue000{}",
        "&#xe000;{}",
        "</p>{}",
    ),
    *(
        ">! {}",
        f"![{{}}]({PICTURE})",
        f'![x]({PICTURE} "{{}}")',
        "> x\n>\n> — [{}](/p/1)",
        "<details class=spoiler open><summary>{}</summary></details>",
        f"<img alt=x src={PICTURE} {{}}>",
        "</summary></details>{}",
    ),
)
#: Where a hostile address stands.
ADDRESS_PLACES = (
    *(
        "[x]({})",
        "[x](<{}>)",
        "![x]({})",
        "<{}>",
        "[x]\n\n[x]: {}",
        "[x]: <{}>\n\n[x]",
        "[@url:{}]",
        "{}",
        "[a](b){}",
    ),
    *(
        '<a href="{}">x</a>',
        "<a href='{}'>x</a>",
        "<a href={}>x</a>",
        '<iframe src="{}"></iframe>',
        "[![x]({0})]({0})",
    ),
    *('<form action="{}"><button>x</button></form>', '<svg><a xlink:href="{}"><text y=9>x</text></a></svg>'),
    *(
        '<math href="{}">x</math>',
        '<object data="{}"></object>',
        '<meta http-equiv=refresh content="0;url={}">',
    ),
    *(
        '<base href="{}">',
        '<img src="{}">',
        '<input type=image formaction="{}">',
        "[x](/{})",
        "[x](//{})",
        "[^1]\n\n[^1]: {}",
    ),
    *(
        "![x](/images/{})",
        f"![x]({PICTURE}{{}})",
        f'<img src="{PICTURE}" srcset="{{}} 800w, {PICTURE} 1200w">',
        f'<a class="figure" href="{{}}"><img src="{PICTURE}"></a>',
        ">! ![x]({})",
        "> x\n>\n> — [x]({}#p1)",
    ),
)


def attacks(n: int, seed: int = 7) -> list[str]:
    """`n` distinct attack strings, the same for the same seed; every place, event and scheme soon occurs."""
    random = Random(seed)
    found: dict[str, None] = {}
    rounds = product(range(n), (_with_markup, _with_markup, _with_address))
    for turn, make in rounds:
        if len(found) == n:
            return list(found)
        found.setdefault(make(random, turn))
    raise ValueError(f"the grammar gave {len(found)} different strings")


def _with_markup(random: Random, turn: int) -> str:
    call, event = random.choice(CALLS), EVENTS[turn % len(EVENTS)]
    forms = (
        f"<{random.choice(TAGS)} {event}={call}>",
        f'<{random.choice(TAGS)} {event}="{call}">',
        f"<{random.choice(TAGS)} {event}='{call}'//>",
        f"<script>{call}</script>",
        f"<script src=data:,{call}></script>",
        f"<svg><script>{call}</script>",
        f'" {event}="{call}" autofocus tabindex=1 x="',
        f"' {event}='{call}' style='position:fixed;inset:0'",
        f'"><img src=x onerror="{call}">',
        f"x{event}={call}",
        f"<svg><animate {event}={call} attributeName=x dur=1s>",
    )
    return _placed(PLACES, random.choice(ENCODINGS)(random.choice(forms)), turn)


def _with_address(random: Random, turn: int) -> str:
    address = f"{SCHEMES[turn % len(SCHEMES)]}{random.choice(CALLS)}"
    return _placed(ADDRESS_PLACES, random.choice((plain, plain, decimal, percent, upper))(address), turn)


def _placed(places: tuple[str, ...], markup: str, turn: int) -> str:
    # 61 and the numbers of places, tags and schemes share no divisor, so that all pairs meet.
    place = places[(turn * 61) % len(places)]
    return place.replace("{0}", markup).replace("{}", markup)
