"""What happens when somebody types this? The command in this process, to its exit status."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from broadsheet.app.cli import main


def broadsheet(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    """The exit status of `broadsheet` with these words."""
    monkeypatch.setattr(sys, "argv", ["broadsheet", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)
