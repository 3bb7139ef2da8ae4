"""What is on this page, and does this rule fit it? Asked of a worker: it is a stranger's page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from broadsheet import assemble, config
from broadsheet.clock import Clock
from broadsheet.config import Portal
from broadsheet.errors import BroadsheetError, ConfigError, Place, Unreadable
from broadsheet.intake import rules
from broadsheet.model import Fetched, Question, Reading, Request


def load(subject: str, folder: Path, clock: Clock, url: str = "") -> Fetched:
    """The page of an address, asked as the portal in `folder` would ask, or that in a file.

    `url` is where the file's page was found; a file's final address is else left open, since it
    takes a parser to tell it. Raises FetchError, or ConfigError for no such file.
    """
    if subject.startswith(("http://", "https://")):
        answer = assemble.open_door(portal_in(folder), clock).ask([Request(subject)])[0]
        if isinstance(answer, BroadsheetError):
            raise answer
        return answer
    path = Path(subject)
    if not path.is_file():
        raise ConfigError("no such file, and no address with https:// either", Place(subject))
    return Fetched(subject, path.read_bytes(), clock.now(), final_url=url)


def portal_in(folder: Path) -> Portal:
    """The portal of a folder, for how it asks and what parsing may cost; the defaults elsewhere."""
    path = folder / "portal.yaml"
    return config.load(path) if path.exists() else config.Portal("", {}, {})


def ask(by: str, question: Question, fetched: Fetched, folder: Path) -> dict[str, Any]:
    """What a describer (intake/describe.py) answers, in a confined process of its own.

    Raises Unreadable, with the page's address, for what it cannot read or what costs too much.
    """
    parsers = assemble.open_describers(portal_in(folder))
    try:
        (told,) = parsers.parse([Reading(by, question, fetched)])
    finally:
        parsers.close()
    if isinstance(told, Unreadable):
        raise told
    assert isinstance(told, dict)  # a question's reading gives no other
    return told


def rule_in(file: str) -> str:
    """The text of a rule's file, which is the operator's own: it is a rule. Raises ConfigError."""
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not text in UTF-8"
        raise ConfigError(f"no rule can be read here: {why}", Place(file)) from error
    rules.parse(text, file)
    return text
