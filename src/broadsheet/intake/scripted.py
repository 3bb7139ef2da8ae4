"""What would this page show to a reader with other scripts than ours, which are none?

Some pages keep their text where only readers without scripts see it, in noscript, as forums by
Discourse do; others have it as a string of HTML in the state that their scripts start from.
"""

from __future__ import annotations

import json
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from broadsheet.errors import Unreadable
from broadsheet.intake import guard
from broadsheet.intake.tree import Layout, walk

THIN = 1_000  # characters: a page that shows fewer may keep its text elsewhere
PARAGRAPHS = 3  # that a string has which is a report's text
# One that does not end is one, too: else it would be looked for again from each quote in it.
_STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"?', re.DOTALL)
_PARAGRAPH = re.compile(r"(?:<|\\u003c)p[\s>\\]", re.IGNORECASE)


def layout_of(body: LexborNode, quotable: bool = False) -> Layout:
    """What the page shows; where that is next to nothing, what it would."""
    shown = walk(body, quotable)
    if _size(shown) >= THIN:
        return shown
    unscripted = walk(body, quotable, unscripted=True)
    if _size(unscripted) >= THIN:
        return unscripted
    # What a script would show may be what must not be quoted: its marks are not known.
    started = Layout() if quotable else _from_state(body)
    return max(shown, unscripted, started, key=_size)


def _size(layout: Layout) -> int:
    return sum([block.size for block in layout.blocks])


def _from_state(body: LexborNode) -> Layout:
    """The longest string of paragraphs in its scripts."""
    strings = (
        found[1]
        for script in body.css("script")
        for found in _STRING.finditer(script.text() or "")
        if len(_PARAGRAPH.findall(found[1])) >= PARAGRAPHS
    )
    markup = max(strings, key=len, default="")
    try:
        html = str(json.loads(f'"{markup}"', strict=False)).encode(errors="replace")
        html = html.replace(b"\x00", b"")
        guard.check_markup("", html, guard.PAGE)
        part = LexborHTMLParser(html).body
    except (Unreadable, ValueError, RuntimeError):
        return Layout()
    return walk(part) if part else Layout()
