"""How hot is this story now, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from statistics import median_low

from broadsheet.model import Part, Score, Voice
from broadsheet.plugins import Plugins

FIRST_PUBLISHER = 15
EACH_FURTHER = 11
QUALITY_SHARE = 5  # a fifth of the median: 20 points at most, so that voices outweigh polish


def heat(voices: Sequence[Voice], now: datetime, half_life: timedelta) -> Score:
    """Independent publishers and their quality, halved for every half-life since the last report.

    `voices` are the reports that may be named in public: what is held leaves no trace in a number.
    A copy is not independent, a publisher counts once whatever it writes, and a date ahead of
    `now` does not heat.
    """
    heard = [voice for voice in voices if not voice.copy and voice.at <= now]
    if not heard:
        return Score("heat", 0)
    best: dict[str, int] = {}
    for voice in heard:
        best[voice.domain] = max(best.get(voice.domain, voice.quality), voice.quality)
    publishers = FIRST_PUBLISHER + EACH_FURTHER * (len(best) - 1)
    typical = median_low(best.values())
    told = f"{len(best)} publisher{'s' if len(best) > 1 else ''}"
    parts = [Part(told, publishers), Part(f"median quality {typical}", typical // QUALITY_SHARE)]
    warm = sum(part.points for part in parts)
    age = now - max(voice.at for voice in heard)
    kept = 0.5 ** (age / max(half_life, timedelta(seconds=1)))
    if cooled := round(warm * kept) - warm:
        parts.append(Part(f"cooled, {age // timedelta(hours=1)} h", cooled))
    return Score("heat", warm + cooled, tuple(parts))


def register(plugins: Plugins) -> None:
    """Called by plugins.load. In both profiles: stories are ranked the same way in both."""
    plugins.heat["publishers"] = partial(heat, half_life=plugins.portal.heat.half_life)
