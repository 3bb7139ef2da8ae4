"""What do the pages of one site share, is it their text, and which pages are live or go on?

    python -m benchmarks.sites

Prints Markdown. Of the sites with two pages or more in the sets of ../shared/bench/pages: lines that
stand on several pages, and how many of those the truth calls text, by their length and by on how many pages they
stand; sites whose pages disagree about their name, and how a vote settles that. Of all pages: how many
are read by entry, how many name a next page, and by what.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from evals import sets

from broadsheet import urls
from broadsheet.errors import Unreadable
from broadsheet.intake import Page, extract_page
from broadsheet.intake.harvest import folded
from broadsheet.intake.site import SHORT

DATED = "hdate_dev"  # has no texts, and many addresses
NAMELESS = ("fakehost", "nowhere.example", "web.archive.org")  # hosts that are no site


@dataclass(frozen=True, slots=True)
class Read:
    """A page as we read it, and its true text, folded; "" where the set has none."""

    told: Page
    truth: str


def main() -> None:
    """Print the figures."""
    pages = list(_pages())
    sites: dict[str, list[Read]] = defaultdict(list)
    for url, read in {read.told.url: read for read in pages}.items():
        if urls.host(url) not in NAMELESS:
            sites[urls.host(url)].append(read)
    several = {host: reads for host, reads in sites.items() if len(reads) > 1}
    print(
        f"{len(pages)} pages; {sum(map(len, several.values()))} on {len(several)} sites with more"
    )
    _print_lines(several)
    _print_names(several)
    live = [read.told for read in pages if read.told.body.entries]
    print(f"\nread by entry: {len(live)} pages")
    signals = Counter(read.told.next.signals for read in pages if read.told.next.value)
    for (signal, *_), count in sorted(signals.items()):
        print(f"next page by {signal}: {count} pages")


def _pages() -> Iterator[Read]:
    corpora, _ = sets.kit()
    for name in (*sets.ARTICLES, sets.OTHERS, DATED):
        for one in corpora.load(name):
            url = one.url or sets.NOWHERE
            try:
                told = extract_page(one.html, url, sets.HEADERS, sets.AT)
            except Unreadable:
                continue
            yield Read(told, folded(one.gold.get("text") or ""))


def _print_lines(sites: dict[str, list[Read]]) -> None:
    shared: Counter[tuple[bool, int]] = Counter()
    text: Counter[tuple[bool, int]] = Counter()
    for reads in sites.values():
        lines = [{folded(part.text): part.text for part in read.told.body.parts} for read in reads]
        on = Counter(line for each in lines for line in each if line)
        for read, each in zip(reads, lines, strict=True):
            for line, said in each.items():
                if on[line] > 1 and read.truth:
                    kind = (len(said) >= SHORT, min(on[line], 4))
                    shared[kind] += 1
                    text[kind] += line in read.truth
    print("\n| lines | on pages | shared | of these text in the truth |\n|---|---|---|---|")
    for long, count in sorted(shared):
        length = f"{SHORT} characters or more" if long else "shorter"
        pages = f"{count}{' or more' if count == 4 else ''}"
        print(f"| {length} | {pages} | {shared[long, count]} | {text[long, count]} |")


def _print_names(sites: dict[str, list[Read]]) -> None:
    print("\n| site | names | more than half say |\n|---|---|---|")
    for host, reads in sorted(sites.items()):
        names = Counter(folded(read.told.site.value) for read in reads if read.told.site.value)
        if len(names) > 1:
            ((best, count),) = names.most_common(1)
            won = best if 2 * count > names.total() else ""
            print(f"| {host} | {', '.join(f'{n} {k}' for k, n in names.items())} | {won} |")


if __name__ == "__main__":
    main()
