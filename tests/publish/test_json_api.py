"""Does a program get what the schemas promise, and nothing that is private?"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from posixpath import dirname, join, normpath
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from broadsheet import config, testing
from broadsheet.model import Edition, Removed
from broadsheet.plugins import Plugins, load
from broadsheet.publish import feeds, json_api, sitemap

from .api_editions import AT, EMPTY, day_of, many, report, town


def files_of(edition: Edition) -> dict[str, Any]:
    """Every file of the API, read."""
    return {
        path: json.loads(data) for path, data in testing.files_of(json_api.api, edition).items()
    }


def refusals(files: dict[str, Any], path: str, answer: Any) -> list[str]:
    """What the schema that the answer names has against it."""
    schema = files[normpath(join(dirname(path), files[path]["meta"]["schema"]))]
    return [error.message for error in Draft202012Validator(schema).iter_errors(answer)]


def answers(files: dict[str, Any]) -> list[str]:
    """Paths of those that carry data."""
    return [path for path in files if "/schema/" not in path and path != "api/openapi.json"]


@pytest.mark.parametrize("edition", [EMPTY, town(), many(205)], ids=["empty", "town", "many"])
def test_every_file_is_as_its_schema_says(edition: Edition) -> None:
    files = files_of(edition)
    for path in answers(files):
        assert refusals(files, path, files[path]) == [], path


def test_every_schema_is_itself_valid() -> None:
    files = files_of(town())
    for path in files:
        if "/schema/" in path:
            Draft202012Validator.check_schema(files[path])
    for each in files["api/openapi.json"]["components"]["schemas"].values():
        Draft202012Validator.check_schema(each)


def test_no_object_takes_a_key_that_is_not_named() -> None:
    def check(inside: Any) -> None:
        if isinstance(inside, dict):
            if inside.get("type") == "object":
                assert inside["additionalProperties"] is False
            for each in inside.values():
                check(each)
        elif isinstance(inside, list):
            for each in inside:
                check(each)

    files = files_of(town())
    check(files["api/openapi.json"]["components"])
    check([files[path] for path in files if "/schema/" in path])


def test_openapi_names_every_kind_of_file_and_its_references_resolve() -> None:
    described = files_of(town())["api/openapi.json"]
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        "/api/index.json",
        "/api/reports/head.json",
        "/api/reports/{n}.json",
        "/api/topic/{topic}/head.json",
        "/api/topic/{topic}/{n}.json",
        "/api/report/{id}.json",
        "/api/story/{story}.json",
        "/api/sources.json",
        "/api/days/{day}.json",
    }
    for reference in json.dumps(described).split('"$ref": "#/components/schemas/')[1:]:
        assert reference.partition('"')[0] in described["components"]["schemas"]


Break = Callable[[Any], object]
FIRST = report(0)[0]
REPORT, STORY, INDEX = f"api/report/{FIRST}.json", f"api/story/{FIRST}.json", "api/index.json"
HEAD, SOURCES, DAY = "api/reports/head.json", "api/sources.json", "api/days/2026-01-09.json"
BROKEN: list[tuple[str, str, Break]] = [
    ("an unknown key", REPORT, lambda a: a["data"].update(secured="x;y")),
    ("an unknown key in the envelope", REPORT, lambda a: a.update(extra=1)),
    ("an unknown link", REPORT, lambda a: a["links"].update(first="1.json")),
    ("no data", REPORT, lambda a: a.pop("data")),
    ("no meta", HEAD, lambda a: a.pop("meta")),
    ("no link to itself", HEAD, lambda a: a["links"].pop("self")),
    ("no address", REPORT, lambda a: a["data"].pop("sourceUrl")),
    ("an address that runs", REPORT, lambda a: a["data"].update(sourceUrl="javascript:alert(1)")),
    ("an id of another form", REPORT, lambda a: a["data"].update(id="Not-An-Id")),
    ("a day that is none", REPORT, lambda a: a["data"].update(publishedDateTime="2026-02-32")),
    (
        "a time of another zone",
        REPORT,
        lambda a: a["data"].update(publishedDateTime="2026-01-09T09:27:00+01:00"),
    ),
    ("quality as text", REPORT, lambda a: a["data"].update(quality="22")),
    ("heat below -1", REPORT, lambda a: a["data"].update(heat=-2)),
    ("one that is held", REPORT, lambda a: a["data"].update(published=False)),
    ("topics as one text", REPORT, lambda a: a["data"].update(topics="Power")),
    ("a part without points", REPORT, lambda a: a["data"]["why"][0]["parts"][0].pop("points")),
    ("a private key of a provider", REPORT, lambda a: a["data"]["provider"].update(feed="x")),
    ("a picture without address", REPORT, lambda a: a["data"]["images"][0].pop("url")),
    ("a story without reports", STORY, lambda a: a["data"].update(reports=[])),
    ("a merge and a story at once", STORY, lambda a: a["data"].update(mergedInto=FIRST)),
    ("a placeholder with a title", HEAD, lambda a: a["data"][1].update(title="Gone")),
    ("a segment too long", HEAD, lambda a: a.update(data=a["data"][:1] * 101)),
    ("a portal of no profile", INDEX, lambda a: a["data"]["portal"].update(profile="yellow")),
    ("a link out of the API", INDEX, lambda a: a["links"].update(day="https://e.example/")),
    ("a source with its address", SOURCES, lambda a: a["data"][0].update(feed="https://x.example")),
    ("fewer than no reports", DAY, lambda a: a["data"]["counts"][0].update(reports=-1)),
]


@pytest.mark.parametrize(
    ("path", "breaks"), [case[1:] for case in BROKEN], ids=[c[0] for c in BROKEN]
)
def test_a_broken_file_is_refused(path: str, breaks: Break) -> None:
    files = files_of(town())
    answer = copy.deepcopy(files[path])
    breaks(answer)
    assert refusals(files, path, answer)


def test_nothing_private_is_in_any_file() -> None:
    everything = b"".join(testing.files_of(json_api.api, town()).values())
    for private in (b"secured", b"bm8=", b"secret-source-key", b"private remark"):
        assert private not in everything


def test_a_report_has_the_fields_of_its_record_and_says_why() -> None:
    data = files_of(town())[REPORT]["data"]
    assert data["story"] == FIRST
    assert data["publishedDateTime"] == "2026-01-07T18:00:00Z"
    assert data["titles"][0]["untilDateTime"] == "2026-01-09T15:00:00Z"
    assert data["related"][0]["provider"] == {"name": "Coastline", "domain": "coastline.example"}
    assert [score["name"] for score in data["why"]] == ["quality", "heat"]


def test_links_lead_to_files() -> None:
    for edition in (EMPTY, town(), many(205)):
        files = files_of(edition)
        for path in answers(files):
            targets = [*files[path]["links"].values(), files[path]["meta"]["schema"]]
            for target in targets:
                assert normpath(join(dirname(path), target)) in files, (path, target)


def test_the_index_ranks_by_the_heat_of_now_and_a_story_keeps_that_of_its_last_change() -> None:
    files = files_of(town())
    assert files[INDEX]["data"]["stories"][0]["heat"] == 80
    assert files[STORY]["data"]["heat"] == 67
    assert files[STORY]["data"]["reports"][3]["copyOf"] == FIRST


def test_a_merged_story_says_where_it_is_now() -> None:
    files = files_of(town())
    for old in town().merged:
        data = files[f"api/story/{old}.json"]["data"]
        assert data == {"id": old, "mergedInto": FIRST}


def followed(files: dict[str, Any], folder: str) -> list[str]:
    """Ids of a chain from the head on, as a reader meets them: segments newest first."""
    found: list[str] = []
    path: str | None = f"{folder}/head.json"
    while path:
        found = [item["id"] for item in files[path]["data"]] + found
        after = files[path]["links"].get("next")
        path = f"{folder}/{after}" if after else None
    return found


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 250])
def test_a_chain_has_every_report_once_and_in_order(count: int) -> None:
    edition = many(count)
    files = files_of(edition)
    assert followed(files, "api/reports") == list(edition.records)
    numbered = [path for path in files if path.startswith("api/reports/") and "head" not in path]
    assert len(numbered) == count // 100
    storage = [id for id, record in edition.records.items() if "Storage" in record.topics]
    assert followed(files, "api/topic/storage") == storage


def test_a_full_segment_is_the_same_bytes_whatever_comes_after_it() -> None:
    def full(edition: Edition) -> dict[str, bytes]:
        return {
            path: data
            for path, data in testing.files_of(json_api.api, edition).items()
            if PurePosixPath(path).stem in ("1", "2") or "/report/" in path
        }

    before, later = full(many(200)), full(replace(many(320), at=AT + timedelta(hours=5)))
    assert {path: later[path] for path in before} == before


def test_one_that_is_gone_leaves_its_place_and_moves_no_other() -> None:
    edition = many(250)
    ids = list(edition.records)
    removed, held = ids[3], ids[120]
    left = {id: record for id, record in edition.records.items() if id not in (removed, held)}
    after = replace(
        edition,
        records=left,
        stories=tuple(story for story in edition.stories if story.id in left),
        removed=(Removed(id="a" * 12, also=(removed,), at=AT),),
    )
    files = files_of(after)
    assert followed(files, "api/reports") == ids
    assert files["api/reports/1.json"]["data"][3] == {"id": removed, "removed": True}
    assert files["api/reports/2.json"]["data"][20] == {"id": held, "gone": True}
    before = files_of(edition)
    kept = "api/topic/storage/2.json"
    assert [i for i in files[kept]["data"] if "gone" not in i] == before[kept]["data"]


def test_days_give_the_order_and_what_no_day_tells_of_is_last() -> None:
    edition = many(4)
    ids = list(edition.records)
    days = (day_of([ids[2]], AT - timedelta(days=1)), day_of([ids[0], ids[2]]))
    assert json_api.order(replace(edition, days=days)) == [ids[2], ids[0], ids[1], ids[3]]


def test_an_earlier_name_of_a_topic_still_counts() -> None:
    by_hand = report(30)[0]
    assert by_hand in followed(files_of(town()), "api/topic/storage")


def test_an_edition_gives_the_same_bytes_each_time() -> None:
    made = testing.files_of(json_api.api, town())
    assert list(made.items()) == list(testing.files_of(json_api.api, town()).items())
    assert all(data.endswith(b"}\n") for data in made.values())


def test_an_hour_that_passes_rewrites_only_lists() -> None:
    before, after = files_of(town()), files_of(replace(town(), at=AT + timedelta(hours=1)))
    changed = {path for path in before if before[path] != after[path]}
    heads = {"api/reports/head.json", "api/topic/power/head.json", "api/topic/storage/head.json"}
    assert changed == {"api/index.json", "api/sources.json", *heads}


def test_a_story_with_a_hostile_id_names_no_file() -> None:
    edition = town()
    wide, *rest = edition.stories
    merged = {"../../index": FIRST, FIRST: "../../index"}
    hostile = replace(edition, stories=(replace(wide, id="../../x"), *rest), merged=merged)
    paths: set[str] = set()
    for output in (json_api.api, feeds.atom, feeds.rss, feeds.jsonfeed, sitemap.sitemap):
        for path, data in testing.files_of(output, hostile).items():
            paths.add(path)
            assert b"../../x" not in data
    assert not any(".." in path for path in paths)
    files = files_of(hostile)
    assert all(refusals(files, path, files[path]) == [] for path in answers(files))


def test_all_outputs_register_under_their_names() -> None:
    portal = config.load(Path(__file__).parents[1] / "portal.yaml")
    modules = ("json_api", "feeds", "sitemap")
    plugins = load(Plugins(portal), [f"broadsheet.publish.{name}" for name in modules])
    assert set(plugins.outputs) == {"json", "atom", "rss", "jsonfeed", "sitemap"}


def test_two_thousand_reports_take_less_than_two_seconds() -> None:
    edition = many(2000)
    start = time.process_time()
    for output in (json_api.api, feeds.atom, feeds.rss, feeds.jsonfeed, sitemap.sitemap):
        assert list(output(edition))
    assert time.process_time() - start < 2  # 0.3 s on our machine; the rest is for slower ones
