"""portal.yaml: what is read, and what an operator is told about each mistake."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from broadsheet import strict_yaml
from broadsheet.config import Extracts, load, parse
from broadsheet.errors import ConfigError
from broadsheet.portal_schema import schema

GOOD = Path(__file__).parents[1] / "portal.yaml"
BRIEF = Path(__file__).parents[3] / "shared" / "PORTAL.md"


def test_a_portal_is_read() -> None:
    portal = load(GOOD)

    assert portal.title == "Harbour & Grid"
    assert portal.topics["storage"].not_ == ("phone battery",)
    assert portal.sources["grid-ledger"].every == timedelta(minutes=30)
    assert portal.organisations["gridledger.example"].country == "NO"
    assert portal.heat.half_life == timedelta(hours=6)
    assert portal.extracts == Extracts(160)


def test_the_example_of_the_brief_is_read() -> None:
    if not BRIEF.exists():
        pytest.skip(f"{BRIEF.name} is not beside this folder")
    example = re.findall(r"```yaml\n(.*?)```", BRIEF.read_text(), re.DOTALL)[0]

    portal = parse(example.encode())

    assert list(portal.topics) == ["power", "storage"]
    assert [source.kinds for source in portal.sources.values()] == [
        ["feed"],
        ["sitemap"],
        ["feed"],
        ["pages"],
        ["opml"],
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("every: 30m", "every: often", "16:12: sources.grid-ledger.every: expected a duration"),
        ("every: 30m", "evry: 30m", "16:5: sources.grid-ledger.evry: unknown key; .* 'every'"),
        ("official: true", "official: yes", "17:65: .*official: expected true or false, got 'yes'"),
        ("topics: [power]", "topics: [powr]", r"15:14: .*topics\[1\]: no topic 'powr'; .* 'power'"),
        ("topics: [power]", "topics: power", "15:13: sources.grid-ledger.topics: expected a list"),
        ("parent: power", "parent: powr", "9:13: topics.storage.parent: no topic 'powr'"),
        (
            "name: Power,",
            "parent: storage,",
            "6:19: topics.power.parent: parents in a circle: power > ",
        ),
        ("name: Storage", "name: Power", "7:3: topics.storage: 'power' is called 'Power' already"),
        (
            "    feed: https://g",
            "    sitemap: x\n    feed: https://g",
            "13:3: sources.grid-ledger: exactly one of .*; here: feed and sitemap",
        ),
        ("  grid-ledger:", "  Grid Ledger:", "13:3: sources.Grid Ledger: a key is of a to z"),
        ("title: Harbour & Grid", "", "2:1: title: needed"),
        ("title: Harbour & Grid", "title:", "1:7: title: expected text, got ''"),
        ("quality: 10", "heat: 70", "21:9: gate.heat: heat decays here"),
        ("quality: 10", "quality: 1_0", "21:12: gate.quality: expected a whole number, got '1_0'"),
        ("127.0.0.1", "10.0.0.1", "25:49: fetch.connect.*: only loopback targets"),
        ("language: en", "extracts: {length: 300}", "3:20: extracts.length: 0 to 280"),
        ("language: en", "profile: clasic", "3:10: profile: no such choice: .*'classic'"),
        ("language: en", "title: Again", "3:1: title: twice; first in line 1"),
        ("language: en", "language: &a en", "3:11: anchors and aliases"),
        ("language: en", "language: !!str en", "3:11: tags"),
        ("language: en", "<<: {a: b}", "3:1: merge keys"),
        ("language: en", "language: [", "5:7: did not find expected ',' or ']'"),
        ("language: en", "a: [[[[[[[[x]]]]]]]]", "3:11: nested deeper than 8"),
        ("language: en", "a: \x07", "3:4: control character U\\+0007"),
        ("language: en", "a: b\n---\nc: d", "4:1: a second document"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_remedy(old: str, new: str, told: str) -> None:
    text = GOOD.read_text()
    assert old in text

    with pytest.raises(ConfigError, match=rf"portal\.yaml:{told}"):
        parse(text.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "portal.yaml: the file is empty"),
        (b"title: a\n  \xff", "portal.yaml:2:3: not UTF-8"),
        (b"- a\n", "portal.yaml:1:1: expected keys and values"),
        (b"[" * 100_000, "portal.yaml:1:9: nested deeper than 8"),
        (b"a" * 300_000, "portal.yaml: 300000 bytes; the limit is 256000"),
    ],
)
def test_what_is_no_portal_at_all(data: bytes, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        parse(data)


SMALL = """\
title: Harbour & Grid
topics: {power: {keywords: [grid]}}
sources: {wire: {feed: https://wire.example/f}}
"""


def topics(text: str) -> str:
    return SMALL.replace("{power: {keywords: [grid]}}", text)


def sources(text: str) -> str:
    return SMALL.replace("{wire: {feed: https://wire.example/f}}", text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SMALL + "url: harbour.example", "4:6: url: expected an http: or https: address"),
        (SMALL + "url: ftp://harbour.example/", "4:6: url: expected an http: or https: address"),
        (SMALL + "url: https://", "4:6: url: expected an http: or https: address"),
        (SMALL + "url: https://me:pass@harbour.example/", "4:6: url: expected an http:"),
        (SMALL + "url: https://harbour.example:99999/", "4:6: url: expected an http:"),
        (SMALL + 'url: "https://harbour.example/\\nX: y"', "4:6: url: expected an http:"),
        (SMALL + "url: https://harbour.example/?a=1", "4:6: url: an address without ? and #"),
        (SMALL + "language: english!", "4:11: language: a language tag such as en or nb-NO"),
        (
            SMALL + "timezone: Europe/Olso",
            "no time zone 'Europe/Olso'; did you mean 'Europe/Oslo'?",
        ),
        (SMALL + "timezone: ../../etc/passwd", "4:11: timezone: no time zone"),
        (SMALL + "timezone: Europe", "4:11: timezone: no time zone 'Europe'"),
        (SMALL + "contact: desk@harbour.example", "4:10: contact: expected mailto:"),
        (SMALL + "contact: http://harbour.example/", "4:10: contact: expected mailto:"),
        (SMALL + 'contact: "mailto:a@b.example\\r\\nX: y"', "4:10: contact: expected mailto:"),
        (SMALL + 'contact: "mailto:a@b.example\\x01"', "4:10: contact: expected mailto:"),
        (SMALL + "tiemzone: UTC", "4:1: tiemzone: unknown key; did you mean 'timezone'?"),
        (topics("{power: {hashtags: ['#Grid']}}"), "2:29: topics.power.hashtags[1]: letters and"),
        (topics("{power: {keywords: ['']}}"), "2:29: topics.power.keywords[1]: a word or phrase"),
        (topics("{power: {not: [a, ' - ']}}"), "2:27: topics.power.not[2]: a word or phrase"),
        (topics("{a: {name: Grid}, b: {name: GRID}}"), "2:27: topics.b: 'a' is called 'GRID'"),
        (topics("{a: {}, b: {was: [a]}}"), "2:27: topics.b.was[1]: 'a' is called 'a' already"),
        (topics("{a: {was: [Old]}, b: {was: [old]}}"), "2:37: topics.b.was[1]: 'a' is called"),
        (topics("{a: {parent: a}}"), "2:22: topics.a.parent: parents in a circle: a > a"),
        (topics("{}"), "1:1: topics: needed, and not there"),
        (sources("{wire: {feed: wire.example/f}}"), "3:24: sources.wire.feed: expected an http:"),
        (sources("{wire: {sitemap: 'file:///x'}}"), "3:27: sources.wire.sitemap: expected an http"),
        (sources("{wire: {pages: ['https://a.example', x]}}"), "3:47: sources.wire.pages[2]:"),
        (sources("{wire: {opml: a, every: 0m}}"), "3:34: sources.wire.every: more than nothing"),
        (sources("{wire: {opml: a, timezone: Olso}}"), "3:37: sources.wire.timezone: no time zone"),
        (sources("{wire: {pages: ['https://a.example'], read: feed}}"), "sources.wire.read: only"),
        (sources("{wire: {}}"), "3:11: sources.wire: exactly one of feed, sitemap, pages, opml"),
        (SMALL + "organisations: {Wire: {}}", "4:17: organisations.Wire: a key here is a regist"),
        (SMALL + "organisations: {www.wire.example: {}}", "the domain without www.: wire.example"),
        (SMALL + "gate: {heat: 70}", "4:14: gate.heat: heat decays here; use gate.quality"),
        (SMALL + "gate: {hold: {words: ['']}}", "4:23: gate.hold.words[1]: a word or phrase"),
        (SMALL + "gate: {hold: {word: [a]}}", "4:15: gate.hold.word: unknown key; did you mean"),
        (SMALL + "extracts: {length: -1}", "4:20: extracts.length: 0 to 280, got -1"),
        (SMALL + "heat: {half_life: 0h}", "4:19: heat.half_life: more than nothing"),
        (SMALL + "heat: {half_life: 12}", "4:19: heat.half_life: expected a duration such as 90s"),
        (SMALL + "site: {stories: 0}", "4:17: site.stories: 1 or more, got 0"),
        (SMALL + "site: {river: 0}", "4:15: site.river: 1 or more, got 0"),
        (SMALL + "site: {accent: blue}", '4:16: site.accent: expected a colour such as "#0B4F8A"'),
        (SMALL + "fetch: {per_host: 0}", "4:19: fetch.per_host: 1 or more, got 0"),
        (SMALL + "fetch: {first: 0}", "4:16: fetch.first: 1 or more, got 0"),
        (SMALL + "fetch: {timeout: 0s}", "4:18: fetch.timeout: more than nothing"),
        (SMALL + "fetch: {ports: [80, 70000]}", "4:21: fetch.ports[2]: 1 to 65535, got 70000"),
        (SMALL + "fetch: {ports: []}", "4:16: fetch.ports: at least one port"),
        (
            SMALL + "fetch: {connect: {'https://a.example/': 'http://127.0.0.1:1'}}",
            "expected an origin such as https://paper.example or http://127.0.0.1:8099, got 'https",
        ),
        (
            SMALL + "fetch: {connect: {'https://a.example': 'http://localhost:1'}}",
            "only loopback targets, got 'http://localhost:1'",
        ),
        (SMALL + "seal: {readers: [age1x]}", "4:18: seal.readers[1]: expected an age recipient"),
        (
            SMALL + "seal: {readers: [AGE-SECRET-KEY-1Q]}",
            "got a secret key: keep it out of this file",
        ),
        (
            SMALL + "seal: {fields: [scorse]}",
            "4:17: seal.fields[1]: no field 'scorse' to seal; did",
        ),
        (SMALL + "parsing: {cpu: 0s}", "4:16: parsing.cpu: more than nothing"),
        (SMALL + "parsing: {wall: 0s}", "4:17: parsing.wall: more than nothing"),
        (SMALL + "parsing: {memory: 50}", "4:19: parsing.memory: 400 or more, got 50"),
        (SMALL + "websub: {hub: hub.example}", "4:15: websub.hub: expected an http: or https:"),
        (SMALL + "websub: {callback: 'https://a.example/'}", "a path of its own, such as"),
        (SMALL + "websub: {callback: 'https://a.example/x/?y'}", "a path of its own, such as"),
        (SMALL + "websub: {callback: 'https://a.example/x'}", "it ends in /: https://a.example/x/"),
        (SMALL + "retention: 0d", "4:12: retention: more than nothing"),
        (SMALL + "plugins: [my plugin]", "4:11: plugins[1]: expected the name of a Python module"),
    ],
)
def test_each_broken_file_is_refused_where_it_is_broken(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=r"portal\.yaml:\d+:\d+: ") as refused:
        parse(text.encode())

    assert told in str(refused.value)


def test_a_secret_is_never_repeated() -> None:
    with pytest.raises(ConfigError) as refused:
        parse((SMALL + "seal: {readers: [AGE-SECRET-KEY-1QQQ]}").encode())

    assert "1QQQ" not in str(refused.value)


def test_what_is_left_out_has_the_default_of_the_brief() -> None:
    portal = parse(SMALL.encode())

    assert portal.url == "http://localhost:8000/"
    assert portal.timezone == "UTC"
    assert portal.fetch.first == 20
    assert portal.retention == timedelta(days=90)
    assert portal.heat.half_life == timedelta(hours=12)
    assert portal.seal.fields == ("source", "scores")
    assert portal.outputs == ()


def test_an_address_ends_with_a_slash() -> None:
    portal = parse((SMALL + "url: https://harbour.example/news").encode())

    assert portal.url == "https://harbour.example/news/"
    assert portal.places["url"].line == 4


def test_a_classic_portal_has_a_gate_of_heat() -> None:
    assert parse((SMALL + "profile: classic\ngate: {heat: 70}").encode()).gate.heat == 70


def plain(node: strict_yaml.Node) -> Any:
    """As an editor's YAML 1.2 would read it."""
    if isinstance(node, strict_yaml.Table):
        return {key: plain(child) for key, child in node.items.items()}
    if isinstance(node, strict_yaml.Listing):
        return [plain(child) for child in node.items]
    if not node.quoted and re.fullmatch(r"-?\d+|true|false", node.text):
        return json.loads(node.text)
    return node.text


def faults(data: bytes) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema())
    return [fault.message for fault in validator.iter_errors(plain(strict_yaml.load(data, "x")))]


def test_the_schema_is_one_and_takes_what_we_take() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())

    assert faults(GOOD.read_bytes()) == []
    assert faults(SMALL.encode()) == []
    if BRIEF.exists():
        example = re.findall(r"```yaml\n(.*?)```", BRIEF.read_text(), re.DOTALL)[0]
        assert faults(example.encode()) == []


@pytest.mark.parametrize(
    "line",
    [
        "tiemzone: UTC",
        "url: harbour.example",
        "contact: desk@harbour.example",
        "profile: clasic",
        "heat: {half_life: 12}",
        "extracts: {length: 281}",
        "fetch: {ports: [0]}",
        "site: {accent: blue}",
        "seal: {fields: [scorse]}",
        "organisations: {Wire: {}}",
    ],
)
def test_the_schema_refuses_what_we_refuse(line: str) -> None:
    assert len(faults((SMALL + line).encode())) == 1


def test_the_schema_wants_one_kind_of_source() -> None:
    assert faults(sources("{wire: {pause: true}}").encode())
    assert faults(sources("{wire: {opml: a, feed: 'https://a.example/'}}").encode())


def test_the_schema_tells_the_defaults_as_the_file_would() -> None:
    properties = schema()["properties"]

    assert properties["retention"]["default"] == "90d"
    assert properties["fetch"]["properties"]["ports"]["default"] == [80, 443, 8080, 8443]
    assert properties["fetch"]["properties"]["timeout"]["default"] == "20s"
    assert properties["url"]["default"] == "http://localhost:8000/"


def test_a_folder_without_a_portal_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no portal here; `broadsheet init` makes one"):
        load(tmp_path / "portal.yaml")
