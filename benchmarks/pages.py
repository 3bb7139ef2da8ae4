"""How well and how fast do we read pages, beside the others that do?

    python -m benchmarks.pages                    # all sets, all peers that are installed
    python -m benchmarks.pages --sample 8 --set aeb --peer trafilatura
    python -m benchmarks.pages --sizes            # time and memory for pages of 0.1 to 5 MB
    python -m benchmarks.pages --metadata         # only ours, plain and held out

Prints Markdown: F1 of the text per set, share of pages under .5, each field of the metadata, pages
per CPU-second, peak memory; then titles, dates, authors and site names as they would be, had their weights been
chosen on other pages (evals/held_out.py). Ours gives text and metadata in the one call that is timed, the peers
text alone. The sets, scorers and peers are those of ../shared/bench/pages.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import process_time
from typing import Any

from evals import held_out, sets

from broadsheet.errors import Unreadable
from broadsheet.intake import extract_page

PEERS = ("trafilatura", "trafilatura_fast", "resiliparse_tuned", "newspaper4k")
OURS = "benchmarks.pages:read"
SIZES = (100_000, 500_000, 1_000_000, 2_500_000, 4_900_000)


def read(html: bytes, url: str | None) -> Mapping[str, Any]:
    """One page as the kit wants it, with all that we tell of a page."""
    try:
        found = extract_page(html, url or sets.NOWHERE, sets.HEADERS, sets.AT)
    except Unreadable:
        return {"text": ""}
    pictures = found.pictures.value
    return {
        "text": found.text,
        "title": found.title.value,
        "authors": list(found.authors.value.all),
        "published": found.published_at,
        "modified": found.modified_at,
        "image": pictures[0].url if pictures else None,
        "canonical": found.address.value,
        "amp": found.amp.value,
        "language": found.language.value,
        "site": found.site.value,
        "excerpt": found.excerpt.value,
        "tags": list(found.tags.value),
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Read page sets beside the peers.")
    parser.add_argument("--set", action="append", help="default: all with texts")
    parser.add_argument("--peer", action="append", help=f"default: {', '.join(PEERS)}")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="each N-th page only")
    parser.add_argument("--repeat", type=int, default=1, help="the quickest reading counts")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list the N worst pages")
    parser.add_argument("--sizes", action="store_true", help="only time and memory by size")
    parser.add_argument("--metadata", action="store_true", help="only that, plain and held out")
    options = parser.parse_args()
    if options.sizes:
        return sizes()
    sets.kit()
    if options.metadata:
        return metadata(options.sample)
    command = [sys.executable, str(sets.KIT / "run.py"), "--every", str(options.sample)]
    command += ["--repeat", str(options.repeat), "--worst", str(options.worst)]
    for tool in (*(options.peer or PEERS), OURS):
        command += ["--tool", tool]
    for name in options.set or (*sets.ARTICLES, sets.OTHERS):
        command += ["--set", name]
    root = Path(__file__).parents[1]
    path = os.pathsep.join([str(root / "src"), str(root)])
    subprocess.run(command, check=True, cwd=root, env=os.environ | {"PYTHONPATH": path})
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"peak memory of the largest process, with its set in memory: {peak / 1000:.0f} MB")

    metadata(options.sample)


def metadata(every: int) -> None:
    """Titles, dates, authors and site names, plain and held out."""
    figures = held_out.measure(every)
    print("\n| set | field | pages | plain % | held out % |\n|---|---|---:|---:|---:|")
    for (name, field), (plain, pages) in sorted(figures.plain.items()):
        held = figures.held_out[name, field]
        print(f"| {name} | {field} | {pages} | {100 * plain:.1f} | {100 * held:.1f} |")
    for half, chosen in enumerate(figures.chosen, 1):
        print(f"\nchosen for half {half}: {', '.join(chosen) or 'what ships'}")


def sizes() -> None:
    """How time and memory grow with the page: ordinary ones, and such as are made to hurt."""
    print("| page | " + " | ".join(f"{size / 1e6:.1f} MB" for size in SIZES) + " |")
    print("|---|" + "---:|" * len(SIZES))
    for name, piece in PIECES.items():
        times = []
        for size in SIZES:
            html = (HEAD + piece * (size // len(piece))).encode()[:size]
            start = process_time()
            read(html, None)
            times.append(process_time() - start)
        print(f"| {name} | " + " | ".join(f"{time:.3f} s" for time in times) + " |")
    print(f"\npeak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")


HEAD = (
    "<!doctype html><html lang=en><title>The tide at Varde</title><body><h1>The tide at Varde</h1>"
)
_SENTENCE = (
    "The harbour board said on Friday that the tide, the highest in ten years, did no harm. "
)
PIECES = {
    "paragraphs": f"<div class=story><p>{_SENTENCE * 4}</p></div>" + " " * 400,
    "one paragraph": _SENTENCE,
    "links": "<li><a href=/x>Tide</a></li>" + " " * 60,
    "commas": "," * 1_000 + " ",
    "spans of bad names": f"<span class='share-box related-{'x' * 40}'>a </span>{' ' * 80}",
    "breaks": "a<br><br>" + " " * 40,
    "one word": "a",
}


if __name__ == "__main__":
    main()
