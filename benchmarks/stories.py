"""How right and how fast is the linker, beside open tools, on sets that people labelled?

    python -m benchmarks.stories [cluster|pairs|scale] [options of the kit]

Runs the kit in ../shared/bench/stories on `Desk`, the linker behind the kit's interface, and on its
peers where their packages are installed. `scale` alone takes minutes: `--count 100000`. The kit
runs every tool and set in a process of its own and prints one Markdown table a mode; figures are
CPU time, so a busy machine shows less than a quiet one: read them as ratios to a peer.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from broadsheet.judge.stories import Stories

KIT = Path(__file__).parents[2] / "shared" / "bench" / "stories"
PEERS = {
    "cluster": (("tfidf_online", "numpy"), ("wordllama_online", "wordllama")),
    "pairs": (("tfidf", "sklearn"), ("wordllama", "wordllama")),
    "scale": (("tfidf_online", "numpy"),),
}


class Desk:
    """The linker as the kit calls it."""

    def __init__(self) -> None:
        self._stories = Stories()

    def add(self, article: dict[str, Any]) -> str:
        """The story of one article, at its arrival."""
        return self._stories.add(
            article["id"], article["title"], article["text"], article["language"], article["ts"]
        )

    def assignments(self) -> dict[str, str]:
        """The story of every article, as it now stands."""
        return self._stories.assignments()

    def warm(self, articles: Iterable[dict[str, Any]]) -> None:
        """Read what is to be compared."""
        for each in articles:
            self._stories.read(each["id"], each["title"], each["text"], each["language"])

    def pair(self, one: dict[str, Any], other: dict[str, Any]) -> float:
        """The logarithm of the odds that two articles tell of one event."""
        return self._stories.close(one["id"], other["id"])


def main() -> None:
    """Print a table for each mode."""
    if not (KIT / "run.py").exists():
        raise SystemExit(f"the kit is not here: {KIT}")
    asked, options = sys.argv[1:2], sys.argv[2:]
    for mode in asked or ["cluster", "pairs"]:
        tools = ["benchmarks.stories:Desk"]
        for peer, package in PEERS[mode]:
            if find_spec(package):
                tools.append(peer)
            else:
                print(f"{peer}: absent, {package} is not installed")
        said = [part for tool in tools for part in ("--tool", tool)]
        subprocess.run([sys.executable, str(KIT / "run.py"), mode, *said, *options], check=True)


if __name__ == "__main__":
    main()
