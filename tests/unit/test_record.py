"""The record's bytes: one canonical form, every era read (RECORD.md, section 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
import yaml

from broadsheet.errors import FileError
from broadsheet.model import Image, Part, Provider, Record, Related, Score, Workings
from broadsheet.record import parse, write

SEED = Path(__file__).parents[3] / "shared" / "seed-record.md"

CANONICAL = """---
category: news
title: "Northmoor \\"opens\\" a battery"
excerpt: "Two lines\\nand a \\u2028 break."
publishedDateTime: 2026-01-09T07:12:00Z
updatedDateTime: 2026-01-09T08:00:00Z
sourceUrl: https://northmoor.example/a?b=1#c
type: article
quality: 40
heat: -1
published: true

featuredContent:
  kind: video
  seconds: 90
  title: "Kept as it came"

provider:
  name: "no"
  domain: northmoor.example
  images:
    - url: https://northmoor.example/logo.png
      width: 60
      height: 60

topics:
  - Power
  - "1:20"

related:
  - title: "Another"
    sourceUrl: https://gridledger.example/b
    provider:
      name: The Grid Ledger
    quality: 7
    images:
      - url: https://gridledger.example/b.jpg

unheardOf:
  - - "3"
    - 3
  - {}

desk:
  story: abcdefghijkl
  seenDateTime: 2026-01-09T09:00:00Z
  parts:
    - name: quality
      value: 40
      parts:
        - name: "a picture: yes"
          points: 40

secured: "YWJj;ZGVm"
---

A body, with --- in it.
"""


def test_a_canonical_record_is_written_as_it_was() -> None:
    assert write(parse(CANONICAL.encode(), "x.md")).decode() == CANONICAL


def test_the_seed_is_written_as_it_was() -> None:
    if not SEED.exists():
        pytest.skip(f"{SEED.name} is not beside this folder")

    assert write(parse(SEED.read_bytes(), "seed")) == SEED.read_bytes()


def test_fields_are_read() -> None:
    record = parse(CANONICAL.encode(), "x.md")

    assert record.title == 'Northmoor "opens" a battery'
    assert record.excerpt == "Two lines\nand a \u2028 break."
    assert record.updated_at == datetime(2026, 1, 9, 8, tzinfo=UTC)
    assert record.provider.name == "no"
    assert record.topics == ("Power", "1:20")
    assert record.related[0].images == (Image("https://gridledger.example/b.jpg"),)
    assert record.desk.parts[0] == Score("quality", 40, (Part("a picture: yes", 40),))
    assert [name for name, _ in record.blocks] == ["featuredContent", "unheardOf"]
    assert record.body == "A body, with --- in it.\n"


def test_other_eras_are_read_and_written_once_in_the_canonical_form() -> None:
    old = (
        "\ufeff---\r\nwebUrl: 'https://a.example/x'\r\nampWebUrl: https://a.example/amp\r\n"
        'title: Plain\r\nsecured: "AA==;BB=="\r\nimages:\r\n- url: "https://a.example/i.png"\r\n'
        "  isCached: true\r\n---\r\n"
    )
    new = parse(old.encode(), "old.md")

    assert (new.source_url, new.amp_url) == ("https://a.example/x", "https://a.example/amp")
    assert b'title: "Plain"\n' in write(new)
    assert b"  - url: https://a.example/i.png\n" in write(new)
    assert b'\nsecured: "AA==;BB=="\n' in write(new)
    assert parse(write(new), "new.md") == new


def test_any_record_reads_back_and_any_yaml_reader_agrees() -> None:
    chance = Random(2020)
    for _ in range(150):
        record = a_nasty_record(chance)
        data = write(record)

        assert parse(data, "x.md") == record
        plain = yaml.safe_load(data.decode().split("\n---\n")[0])
        assert plain["title"] == record.title
        assert plain["provider"]["name"] == record.provider.name
        assert plain.get("topics", []) == list(record.topics)


PIECES = [
    *"-?:,[]{}#&*!|>'\"%@`~=\\ \t\n\r\x00\x07\x7f\x85\x9f\u2028\u2029\ufeff\uffff\xa0é中😀",
    *("no", "y", "on", "null", "1:20", "0o17", "1e3", ".5", "2020-01-09", "0x1F", "1_000", "+1"),
    *(": ", " #", "---", "...", "<<", "a", "b c", "https://a.example/x?y=1#z", "- a", "? b"),
]


def a_nasty_record(chance: Random) -> Record:
    def text() -> str:
        return "".join(chance.choices(PIECES, k=chance.randint(1, 4)))

    def maybe(*things: Related) -> tuple[Related, ...]:
        return things if chance.random() < 0.5 else ()

    return Record(
        source_url=text(),
        title=text(),
        excerpt=text(),
        published_at=datetime(2026, 1, chance.randint(1, 31), tzinfo=UTC),
        quality=chance.randint(-50, 100),
        published=chance.random() < 0.5,
        provider=Provider(text(), text(), (Image(text(), 1, None, text()),)),
        topics=tuple(text() for _ in range(chance.randint(0, 3))),
        related=maybe(Related(source_url=text(), title=text(), provider=Provider(text()))),
        desk=Workings(story=text(), authors=(text(),), parts=(Score("heat", 0),)),
        secured=text(),
        body=chance.choice(["", "\n", "text\n", "\n---\ntext"]),
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("quality: 40", "quality: forty", "x.md:9:10: quality: expected a whole number"),
        ("heat: -1", "heet: -1", None),  # an unknown key at the top is another era's: kept
        (
            "width: 60",
            "widht: 60",
            "x.md:23:7: provider.images[1].widht: unknown key; did you mean 'width'?",
        ),
        ("published: true", "published: yes", "x.md:11:12: published: expected true or false"),
        ("2026-01-09T07:12:00Z", "yesterday", "x.md:5:20: publishedDateTime: expected a time"),
        ("          points: 40", "          points: 41", "desk.parts[1]: quality: parts do not"),
        ("sourceUrl: https://north", "# https://north", "sourceUrl: needed, and not there"),
        ("---\ncategory", "category", "x.md:1:1: no front matter"),
    ],
)
def test_a_broken_record_is_told_by_place(old: str, new: str, told: str | None) -> None:
    data = CANONICAL.replace(old, new, 1).encode()
    if told is None:
        assert b"\nheet: -1\n" in write(parse(data, "x.md"))
        return

    with pytest.raises(FileError) as caught:
        parse(data, "x.md")

    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Wired", "Wired"),
        ("AT&T: a story", '"AT&T: a story"'),
        ("The 3D Post", "The 3D Post"),
        ("1e3", '"1e3"'),  # a number in YAML 1.2, text in 1.1
        ("y", '"y"'),  # a truth in YAML 1.1
        ("0o17", '"0o17"'),
        ("2020", '"2020"'),
        ("-dash", '"-dash"'),
        ("https://a.example/?q=1#top", "https://a.example/?q=1#top"),
    ],
)
def test_a_word_is_bare_only_where_every_yaml_reader_sees_that_word(
    name: str, written: str
) -> None:
    data = write(Record(source_url="https://a.example/", provider=Provider(name)))

    assert f"  name: {written}\n" in data.decode()


def test_equal_records_have_equal_bytes_and_others_differ() -> None:
    record = parse(CANONICAL.encode(), "x.md")

    assert write(replace(record)) == write(record)
    assert write(replace(record, heat=0)) != write(record)
