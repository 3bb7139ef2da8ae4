"""How well and how fast are addresses compared, beside what others use?

    python -m benchmarks.addresses

The kit in ../shared/bench/feeds (`run.py urls`, `amp`, `domains`) asks each tool in a process of its
own; peers that are not installed are left out. Then two tables of ours: forms of one address joined
by what the page claims and not joined by a claim that is no good; and the speed on addresses that
no tool has seen before, since a memo of the last ones would answer the kit's few again and again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random
from time import process_time

from broadsheet import urls

KIT = Path(__file__).parents[2] / "shared" / "bench" / "feeds"
COMMANDS = {
    "urls": ("broadsheet.urls:identity", "w3lib", "courlan_strict", "url_normalize_filtered"),
    "amp": ("broadsheet.urls:amp_cache_url", "amp_reference"),
    "domains": ("broadsheet.urls:registrable_domain", "publicsuffixlist", "tldextract"),
}
PEERS = {
    "w3lib": "w3lib",
    "courlan_strict": "courlan",
    "url_normalize_filtered": "url_normalize",
    "tldextract": "tldextract",
}
FRESH = 20_000


def main() -> None:
    """Print the tables."""
    if not KIT.exists():
        print(f"{KIT} is not here: only the speed is measured")
    else:
        for command, tools in COMMANDS.items():
            _kit(command, tools)
        _claims()
    _speed()


def _kit(command: str, tools: tuple[str, ...]) -> None:
    absent = [tool for tool in tools if tool in PEERS and not find_spec(PEERS[tool])]
    words = [word for tool in tools if tool not in absent for word in ("--tool", tool)]
    print(f"\n## {command}\n", flush=True)
    subprocess.run(
        [sys.executable, "run.py", command, *words], cwd=KIT, check=True, stderr=subprocess.DEVNULL
    )
    for tool in absent:
        print(f"not installed: {tool}")


def _claims() -> None:
    """Each form of a publisher's address, given what its page claims; then what bad pages claim."""
    groups = json.loads((KIT / "data" / "url" / "equiv.json").read_text())
    forms = [
        (url, group["urls"][0])
        for group in groups
        if group["cat"] == "publisher"
        for url in group["urls"][1:]
    ]
    good: dict[str, Callable[[str, str], str]] = {
        "nothing": lambda here, true: urls.claimed(here, []),
        "canonical link": lambda here, true: urls.claimed(here, [true]),
        "og:url alone": lambda here, true: urls.claimed(here, [], true),
    }
    bad: dict[str, Callable[[str, str], str]] = {
        "canonical to the home page": lambda here, true: urls.claimed(
            here, [urls.absolute(here, "/")]
        ),
        "two canonical links": lambda here, true: urls.claimed(here, [true, f"{true}-2"]),
        "canonical of another site": lambda here, true: urls.claimed(
            here, ["https://a.example/story/9"]
        ),
        "canonical on an error page": lambda here, true: urls.claimed(here, [true], status=404),
    }
    print("\n## claims\n\n| the page gives | joined |\n|---|---:|")
    for name, claim in good.items():
        joined = sum(urls.identity(claim(url, true)) == urls.identity(true) for url, true in forms)
        print(f"| {name} | {joined}/{len(forms)} |")
    print("\n| a claim that is no good | moved elsewhere |\n|---|---:|")
    for name, claim in bad.items():
        moved = sum(urls.identity(claim(url, true)) != urls.identity(url) for url, true in forms)
        print(f"| {name} | {moved}/{len(forms)} |")


def _speed() -> None:
    """Thousands per CPU-second, each address new to the tool."""
    print("\n## speed\n\n| tool | thousand new addresses per CPU-s |\n|---|---:|")
    for name, tool in _tools():
        asked = _fresh(FRESH)
        start = process_time()
        for url in asked:
            tool(url)
        print(f"| {name} | {len(asked) / (process_time() - start) / 1_000:.0f} |")


def _tools() -> list[tuple[str, Callable[[str], object]]]:
    tools: list[tuple[str, Callable[[str], object]]] = [
        ("identity", urls.identity),
        ("canonical", urls.canonical),
        ("could_be_one, with itself", lambda url: urls.could_be_one(url, url)),
        ("domain", urls.domain),
    ]
    if find_spec("w3lib"):
        tools.append(("w3lib", import_module("w3lib.url").canonicalize_url))
    if find_spec("courlan"):
        normalize_url = import_module("courlan").normalize_url
        tools.append(("courlan strict", lambda url: normalize_url(url, strict=True)))
    return tools


def _fresh(count: int) -> list[str]:
    chance = Random(7)
    ends = ("", "/", "?utm_source=rss&utm_medium=feed", "?id=7&ref=rss", "#top", "/amp")
    return [
        f"https://www.paper{n % 400}.example/2026/01/{n:x}-tide-{chance.getrandbits(40):x}"
        f"{chance.choice(ends)}"
        for n in range(count)
    ]


if __name__ == "__main__":
    main()
