"""Does every file of the demo's site keep what it promises to programs, readers and browsers?"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import feedparser  # type: ignore[import-untyped]
import pytest
from jsonschema import Draft202012Validator
from lxml import html

SITE = "https://harbour-and-grid.example/"
FRONT_PAGE_BYTES = 15_000  # as gzip sends it
DATED = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?")
LINKS = (("a", "href"), ("link", "href"), ("img", "src"), ("source", "src"), ("form", "action"))

Pages = dict[str, html.HtmlElement]


@pytest.fixture(scope="module")
def site(demo_folder: Path) -> Path:
    return demo_folder / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> Pages:
    """Every HTML page, by its name under the site."""
    return {
        path.relative_to(site).as_posix(): html.document_fromstring(path.read_bytes())
        for path in sorted(site.rglob("*.html"))
    }


@pytest.fixture(scope="module")
def api(site: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site / "api" / "openapi.json").read_bytes())
    return found


def answers(site: Path) -> Iterator[str]:
    """The JSON files that the description must describe: all but itself and the schemas."""
    for path in sorted((site / "api").rglob("*.json")):
        name = "/" + path.relative_to(site).as_posix()
        if name != "/api/openapi.json" and not name.startswith("/api/schema/"):
            yield name


def schema_at(api: dict[str, Any], name: str) -> dict[str, Any]:
    """The schema of the answer at an address, exact paths before those with a blank."""
    for path in sorted(api["paths"], key=lambda path: path.count("{")):
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)), name):
            answer = api["paths"][path]["get"]["responses"]["200"]
            found: dict[str, Any] = answer["content"]["application/json"]["schema"]
            return found
    raise AssertionError(f"{name}: openapi.json has no such path")


def test_every_json_file_is_as_openapi_says(site: Path, api: dict[str, Any]) -> None:
    names = list(answers(site))
    broken = []
    for name in names:
        schema = {**schema_at(api, name), "components": api["components"]}
        checked = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        told = json.loads((site / name[1:]).read_bytes())
        broken += [
            f"{name}: {error.json_path} {error.message}" for error in checked.iter_errors(told)
        ]

    assert len(names) > 100
    assert broken == []


def test_every_path_of_openapi_has_a_file(site: Path, api: dict[str, Any]) -> None:
    names = list(answers(site))
    empty = [
        path
        for path in api["paths"]
        if not any(
            re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)), name) for name in names
        )
    ]

    assert empty == []


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("index", "index.json"),
        ("sources", "sources.json"),
        ("report", "report/*.json"),
        ("story", "story/*.json"),
        ("day", "days/*.json"),
        ("segment", "reports/*.json"),
        ("segment", "topic/*/*.json"),
    ],
)
def test_every_json_file_is_as_its_own_schema_says(site: Path, kind: str, pattern: str) -> None:
    schema = json.loads((site / "api" / "schema" / f"{kind}.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    checked = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    files = sorted((site / "api").glob(pattern))

    assert files
    for path in files:
        assert [e.message for e in checked.iter_errors(json.loads(path.read_bytes()))] == [], path


def linked(page: str, root: html.HtmlElement) -> Iterator[str]:
    """The addresses on the site that a page names, absolute."""
    for tag, attribute in LINKS:
        for element in root.iter(tag):
            address = urljoin(SITE + page, element.get(attribute, ""))
            if element.get(attribute) is not None and address.startswith(SITE):
                yield address


def test_every_internal_link_names_a_file_of_the_site(site: Path, pages: Pages) -> None:
    ids = {name: {e.get("id") for e in root.iter() if e.get("id")} for name, root in pages.items()}
    dead = []
    for page, root in pages.items():
        for address in linked(page, root):
            parts = urlsplit(address)
            name = unquote(parts.path).removeprefix("/")
            if not (site / name).is_file() or (
                parts.fragment and parts.fragment not in ids.get(name, set())
            ):
                dead.append(f"{page} -> {address}")

    assert len(pages) > 30
    assert dead == []


def test_every_link_of_the_api_names_a_file_of_the_site(site: Path) -> None:
    dead = []
    for name in answers(site):
        for key, address in json.loads((site / name[1:]).read_bytes())["links"].items():
            path = PurePosixPath(urlsplit(urljoin(SITE + name[1:], address)).path)
            if not (site / path.relative_to("/")).is_file():
                dead.append(f"{name} {key}: {address}")

    assert dead == []


def test_every_page_has_one_heading_of_the_first_rank(pages: Pages) -> None:
    counted = {name: len(root.findall(".//h1")) for name, root in pages.items()}

    assert {name: count for name, count in counted.items() if count != 1} == {}


def test_no_page_has_a_script_or_a_style_of_one_element(pages: Pages) -> None:
    found = []
    for name, root in pages.items():
        found += [name for s in root.iter("script") if s.get("type") != "application/ld+json"]
        found += [
            f"{name} {e.tag} {key}" for e in root.iter() for key in e.attrib if key == "style"
        ]
        found += [
            f"{name} {e.tag} {key}" for e in root.iter() for key in e.attrib if key[:2] == "on"
        ]

    assert found == []


def test_every_time_says_its_moment_to_programs(pages: Pages) -> None:
    times = [(name, time) for name, root in pages.items() for time in root.iter("time")]

    assert len(times) > 50
    wrong = [(name, t.text) for name, t in times if not DATED.fullmatch(t.get("datetime", ""))]
    assert wrong == []


def test_the_front_page_is_light(site: Path) -> None:
    sent = len(gzip.compress((site / "index.html").read_bytes(), mtime=0))

    assert sent <= FRONT_PAGE_BYTES


def test_every_feed_is_read_by_a_strict_reader(site: Path) -> None:
    feeds = sorted([*(site / "feeds").glob("*.atom"), *(site / "feeds").glob("*.rss")])

    assert feeds
    for path in feeds:
        read = feedparser.parse(path.read_bytes())
        assert not read.bozo, (path.name, read.get("bozo_exception"))
        assert read.entries, path.name
