"""What does a page say of its report elsewhere than in its text?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the reading of the text is measured against; everything may be missing."""

    title: str = ""
    stated: str = ""
    """The report's text as the structured data gives it (articleBody)."""
    summary: str = ""
    report: bool = False
    """The page calls itself a report, in its structured data or by its type."""
    dated: bool = False
    """It tells when it was published."""
