"""Where in its journal or book a work stands."""

import re
from collections.abc import Mapping
from typing import Any

_PAGE = r"(?:[A-Za-z]{0,3}[0-9]+(?:\.?[A-Za-z]{1,2}[0-9]*)?|[ivxlc]+)"
_RANGE = re.compile(rf"({_PAGE})\s*[-\u2010-\u2015]+\s*({_PAGE})")


def pages(item: Mapping[str, Any]) -> tuple[str, str]:
    """First and last page. What is no such range comes whole with "", as an article's number does."""
    page = item.get("page") or article_number(item)
    found = _RANGE.fullmatch(page)
    return (found[1], found[2]) if found else (page, "")


def article_number(item: Mapping[str, Any]) -> str:
    """The number by which a journal without pages tells its articles apart, where the record says so."""
    page: str = item.get("page", "")
    if page:
        return page if re.fullmatch(r"e[0-9]+", page) else ""
    # The number of a report or a standard is something else.
    number: str = item.get("number", "")
    return number if item["type"].startswith("article") else ""
