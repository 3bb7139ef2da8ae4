"""How do we speak to a person, and how to a program? Results to stdout, progress to stderr."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from broadsheet.model import Outcome

BAD = ("retry", "quarantined")


@dataclass
class Console:
    """One command's voice. A bar on a terminal, plain lines elsewhere, nothing when quiet."""

    as_json: bool = False
    quiet: bool = False
    log: Literal["text", "json"] = "text"
    _done: Counter[str] = field(default_factory=Counter)

    def note(self, text: str) -> None:
        """A line of progress."""
        if self.quiet:
            return
        self._clear()
        print(json.dumps({"message": text}) if self.log == "json" else text, file=sys.stderr)

    def tell(self, outcome: Outcome) -> None:
        """What became of a record at a step: failures in words, the rest as a count."""
        if self.log == "json":
            print(json.dumps(asdict(outcome), ensure_ascii=False), file=sys.stderr)
            return
        if outcome.status in BAD:
            self._clear()
            print(f"broadsheet: {outcome.step}: {outcome.detail}", file=sys.stderr)
        self._done[outcome.step] += 1
        if sys.stderr.isatty() and not self.quiet:
            counts = "  ".join(f"{step} {n}" for step, n in self._done.items())
            print(f"\r\033[K{counts}", end="", file=sys.stderr, flush=True)

    def result(self, data: Any, lines: Iterable[str]) -> None:
        """What the command found: JSON for a program, lines for a person."""
        self._clear()
        if self.as_json:
            print(json.dumps(data, ensure_ascii=False, indent=1))
            return
        for line in lines:
            print(line)

    def _clear(self) -> None:
        if sys.stderr.isatty() and self._done and not self.quiet:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def summary(outcomes: Sequence[Outcome]) -> tuple[dict[str, Any], list[str]]:
    """The outcomes counted by step and status, for both readers."""
    counts = Counter((o.step, o.status) for o in outcomes)
    data = {
        "counts": [{"step": s, "status": t, "n": n} for (s, t), n in counts.items()],
        "failed": [asdict(o) for o in outcomes if o.status in BAD],
    }
    return data, [f"{step:8} {status:12} {n}" for (step, status), n in counts.items()]
