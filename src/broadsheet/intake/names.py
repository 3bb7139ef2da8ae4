"""What do the class and the id of an element say that it is? Sets of bits, one per kind of thing.

Names are cut into parts at hyphens, underscores and capitals; a part tells by itself, by how it
begins, or together with the next one ("story-body"). Only words that many sites share: nothing here
knows a publisher.
"""

from __future__ import annotations

import re
from functools import lru_cache

KINDS = (
    "text",
    "menu",
    "related",
    "share",
    "comment",
    "advert",
    "signup",
    "caption",
    "author",
    "meta",
    "foot",
    "side",
    "consent",
    "hidden",
    "widget",
    "head",
    "lead",
    "list",
    "wall",
)
BIT = {kind: 1 << n for n, kind in enumerate(KINDS)}

JUNK = sum(
    BIT[kind]
    for kind in str.split(
        "menu related share comment advert signup caption author meta foot side consent hidden "
        "widget"
    )
)
"""Kinds that are not the report, unless they hold most of the page."""

_WHOLE = {
    "text": "articlebody articletext articlecontent articlemain storybody storycontent storytext "
    "postbody postcontent posttext entrycontent bodytext bodycopy bodycontent contentbody "
    "richtext maincontent maintext wysiwyg texto cuerpo paragraph prose fulltext textbody "
    "newsbody newstext",
    "menu": "nav navbar navigation menu submenu pagination pager toolbar login toc skip "
    "skiplink tabs topbar",
    "related": "popular latest mostread mostpopular mostviewed readmore readnext readalso "
    "nextup upnext morefrom moreon morenews morestories outbrain taboola seealso",
    "share": "sharing social socials follow",
    "comment": "comment comments commentlist respond replies reply disqus",
    "advert": "ad ads adslot adv banner dfp gpt",
    "signup": "signup membership",
    "caption": "caption credit slideshow carousel gallery",
    "author": "bio authorbox authorbio authorinfo authorcard authordetails contributor",
    "meta": "meta postmeta entrymeta articlemeta timestamp tag tags taglist topic topics "
    "keywords kicker eyebrow dateline category categories",
    "foot": "footer disclaimer colophon",
    "side": "sidebar rail aside secondary infobox",
    "consent": "consent popup modal overlay gdpr privacy lightbox",
    "hidden": "hidden hide offscreen srOnly screenreader",
    "widget": "poll quiz survey rating ratings feedback player video print",
    "head": "header masthead hero headline title",
    "lead": "lead lede intro standfirst deck dek summary excerpt subtitle subhead subheadline",
    "list": "list grid card cards item items product products price results row feed",
    "wall": "paywall regwall meter premium",
}
_START = {
    "menu": "bread",
    "related": "relat recir recom trend tease",
    "share": "share",
    "comment": "disqu",
    "advert": "spons adver promo",
    "signup": "newsl subsc donat contr",
    "caption": "capti credi",
    "author": "bylin autho",
    "foot": "foote copyr footn",
    "side": "sideb",
    "consent": "cooki",
    "wall": "paywa",
}
_PART = re.compile(r"[a-z]+|[A-Z][a-z]+|[A-Z]+")
_SMALL = bytes(n if chr(n).islower() and n < 128 else ord(" ") for n in range(256))
"""For bytes.translate: the small letters alone, which parts the usual names in a third of the time."""
_BY_WHOLE: dict[str, int] = {}
_BY_START: dict[str, int] = {}
for _kind in KINDS:
    for _word in _WHOLE.get(_kind, "").split():
        _BY_WHOLE[_word.lower()] = _BY_WHOLE.get(_word.lower(), 0) | BIT[_kind]
    for _word in _START.get(_kind, "").split():
        _BY_START[_word] = BIT[_kind]
_BEGINNINGS = frozenset(word[:n] for word in _BY_WHOLE for n in range(1, len(word)))
"""What a word that tells by itself may be cut into: few parts need to be joined with the next."""

LONGEST = 300  # characters: a hundred names together say nothing


@lru_cache(1 << 14)
def kinds_of(names: str) -> int:
    """The bits of all names of an element; where one says "text", that alone."""
    if len(names) > LONGEST:
        return 0
    said, before = 0, ""
    if names.isascii() and names.islower():
        parts = names.encode().translate(_SMALL).decode().split()
    else:
        parts = _PART.findall(names)
    for part in parts:
        low, alone = _of_part(part)
        said |= alone
        if before in _BEGINNINGS:
            said |= _BY_WHOLE.get(before + low, 0)
        before = low
    return BIT["text"] | (said & ~JUNK) if said & BIT["text"] else said


@lru_cache(1 << 14)
def _of_part(part: str) -> tuple[str, int]:
    """It in lower case, and the bits that it gives without its neighbours."""
    low = part.lower()
    return low, _BY_WHOLE.get(low, 0) | _BY_START.get(low[:5], 0)
