"""Do addresses of one report meet, and those of two stay apart? Floors of ../shared/TARGETS.md."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from broadsheet import urls

KIT = Path(__file__).parents[2] / "shared" / "bench" / "feeds" / "data"
INVENTED = Path(__file__).parent / "addresses.json"
needs_kit = pytest.mark.skipif(not KIT.exists(), reason="../shared/bench is not here")


def alike(groups: list[dict[str, Any]], kind: str, claims: bool = False) -> tuple[int, int]:
    """Of the other addresses of these groups, how many meet the first; and how many there are."""
    met = total = 0
    for first, *others in (group["urls"] for group in groups if group["cat"] == kind):
        for url in others:
            address = urls.claimed(url, [first]) if claims else url
            met += urls.identity(address) == urls.identity(first)
            total += 1
    return met, total


def merged(groups: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found = {g["urls"][0]: urls.identity(g["urls"][0]) for g in groups if g["cat"] == "distinct"}
    return [(a, b) for a, b in combinations(found, 2) if found[a] == found[b]]


@pytest.mark.parametrize(
    "path",
    [INVENTED, pytest.param(KIT / "url" / "equiv.json", marks=needs_kit)],
    ids=["own", "kit"],
)
def test_addresses_meet_and_stay_apart(path: Path) -> None:
    groups = json.loads(path.read_text())

    for kind in ("syntax", "tracking", "redirect"):
        met, total = alike(groups, kind)
        assert met == total > 0, kind
    met, total = alike(groups, "publisher", claims=True)
    assert met >= 12 / 14 * total > 0
    assert merged(groups) == []


@needs_kit
def test_amp_cache_addresses_are_those_of_the_cache() -> None:
    for vector in json.loads((KIT / "amp_vectors.json").read_text())["vectors"]:
        found = urls.amp_cache_url(vector["input"])
        label = urls.host(found).removesuffix(f".{vector['cacheDomain']}")
        assert label in (vector["subdomain"], vector.get("subdomain_of_a_label"))
        assert vector["note"] is not None or found == vector["output"]


@needs_kit
def test_registrable_domains_are_those_of_the_list() -> None:
    """All but two of the vectors, which contradict the list's own exception for city.kobe.jp."""
    text = (KIT / "url" / "test_psl.txt").read_text()
    rules = re.findall(r"checkPublicSuffix\('([^']+)', (?:'([^']+)'|null)\)", text)
    wrong = [name for name, true in rules if (urls.registrable_domain(name) or "") != true]

    assert wrong == ["city.kobe.jp", "www.city.kobe.jp"]
