"""Which pages are one report, and what does it say as a whole?

`rel=next` alone does not tell: most pages that have it name another report by it. An address that
is the page's own with the next number in it does (docs/why/decisions/0014-reports-of-many-pages.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import SplitResult, parse_qsl, urlsplit

from broadsheet.intake.harvest import folded
from broadsheet.model import Article, Permissions

LONG = 40  # characters of a line that is left out where an earlier page has it

_NAMES = frozenset(str.split("page p pg paged pageno page_no pagenumber pagenum seite pagina"))
_NUMBER = re.compile(r"0|[1-9][0-9]?")
_IN_PATH = re.compile(r"(?:[/_,-]|[/_,-](?:page|seite|pagina|p|s)[/_-]?)([1-9][0-9]?)")
_LAST = re.compile(rf"{_IN_PATH.pattern}$")
_END = re.compile(r"(?:/|\.[a-z]{3,5})?$", re.IGNORECASE)

Address = tuple[str, str, dict[str, str]]
"""Host, path without its end ("/", ".html"), parameters."""


def follows(here: str, link: str, said: int = 0) -> bool:
    """Is `link` the address of the page after that at `here`, by their numbers?

    Both are absolute. The first page mostly has no number. `said` is the number that the link says
    for readers; 0 where it says that it is the next one. By it pages are known whose addresses count
    from 0: "2" is `?page=1`.
    """
    try:
        ours, theirs = _address(urlsplit(here)), _address(urlsplit(link))
    except ValueError:
        return False
    for base, number in _bases(ours):
        found = _number(base, theirs)
        by_parameter = base[2] != ours[2]
        if found == number + 1 and said in (0, found, found + by_parameter):
            return True
    return ours[1] == theirs[1] and _number(ours, theirs) == 1 and said in (0, 2)


def _address(parts: SplitResult) -> Address:
    return parts.hostname or "", _END.sub("", parts.path, count=1), dict(parse_qsl(parts.query))


def _bases(here: Address) -> Iterator[tuple[Address, int]]:
    """The first page that this may be, or be a later page of, with the number that it then has."""
    host, path, query = here
    yield here, 1
    for name, value in query.items():
        if name.lower() in _NAMES and _NUMBER.fullmatch(value):
            yield (host, path, {n: v for n, v in query.items() if n != name}), int(value)
    if found := _LAST.search(path):
        yield (host, path[: found.start()], query), int(found[1])


def _number(first: Address, page: Address) -> int:
    """Which page of the report whose first page is `first` is this? 0 for none that we can tell."""
    (host, path, query), (its_host, its_path, its_query) = first, page
    if host != its_host or not path.strip("/"):
        return 0
    more = dict(its_query.items() - query.items())
    if its_path == path and len(more) == 1:
        ((name, value),) = more.items()
        is_number = name.lower() in _NAMES and name not in query and _NUMBER.fullmatch(value)
        return int(value) if is_number else 0
    if its_path.startswith(path) and not more:
        found = _IN_PATH.fullmatch(its_path[len(path) :])
        return int(found[1]) if found else 0
    return 0


def refused(first: Article, other: Article) -> str:
    """Why a page is not read on as the first one's; "" where it is.

    `other` is to be read without its entry, which would lend it its title.
    """
    ours, theirs = folded(first.title), folded(other.title)
    if not (ours and theirs) or not (ours in theirs or theirs in ours):
        return f"it is titled {other.title!r}"
    if not _allows_as_much(first.permissions, other.permissions):
        return f"its publisher says {'; '.join(other.permissions.why)}"
    told = set(map(folded, (first.title, *first.text.split("\n"))))
    if told.issuperset(map(folded, other.text.split("\n"))):  # the next page of its comments
        return "it says nothing new"
    return ""


def _allows_as_much(first: Permissions, other: Permissions) -> bool:
    if not other.index or other.reserved or (first.archive and not other.archive):
        return False
    if other.until and (first.until is None or other.until < first.until):
        return False
    return other.snippet is None or (first.snippet is not None and first.snippet <= other.snippet)


def joined(pages: Sequence[Article]) -> Article:
    """The first page with the text of all; what an earlier one says as well is told once."""
    first, *others = pages
    if not others:
        return first
    title = folded(first.title)
    lines = first.text.split("\n")
    told = set(map(folded, lines))
    for page in others:
        fresh = [line for line in page.text.split("\n") if _is_new(line, title, told)]
        lines += fresh
        told.update(map(folded, fresh))
    why = f"text: of {len(pages)} pages"
    return replace(first, text="\n".join(lines), signals=(*first.signals, why))


def _is_new(line: str, title: str, told: set[str]) -> bool:
    """Short lines may be said again: "What we like"."""
    said = folded(line)
    return said != title and (len(line) < LONG or said not in told)
