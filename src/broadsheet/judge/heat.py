"""How hot is this story now, and why?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from statistics import median_low

from broadsheet.config import Organisation
from broadsheet.model import Part, Score, Voice
from broadsheet.plugins import Plugins
from broadsheet.text import counted

FIRST_PUBLISHER = 15
EACH_FURTHER = 11
QUALITY_SHARE = 5  # a fifth of the median: 20 points at most, so that voices outweigh polish
STANDING_SHARE = 10  # a tenth of the standing, 3 points at most each: ...
STANDING_MOST = 9  # ... and less than one further publisher in all
FAST = timedelta(hours=3)  # publishers that took it up so soon one after the other ...
EACH_FAST = 2
FAST_MOST = 10  # ... are less than one further publisher too


def heat(
    voices: Sequence[Voice],
    now: datetime,
    half_life: timedelta,
    organisations: Mapping[str, Organisation] = {},
) -> Score:
    """Independent publishers, their quality, standing and speed, halved for every half-life.

    `voices` are the reports that may be named in public: what is held leaves no trace in a number.
    A copy is not independent, a publisher counts once whatever it writes, and a date ahead of
    `now` does not heat. `organisations` are the publishers that the portal knows, by domain.
    """
    heard = [voice for voice in voices if not voice.copy and voice.at <= now]
    if not heard:
        return Score("heat", 0)
    best: dict[str, int] = {}
    for voice in heard:
        best[voice.domain] = max(best.get(voice.domain, voice.quality), voice.quality)
    typical = median_low(best.values())
    told = counted(len(best), "publisher")
    parts = [
        Part(told, FIRST_PUBLISHER + EACH_FURTHER * (len(best) - 1)),
        Part(f"median quality {typical}", typical // QUALITY_SHARE),
        *_standing(best, organisations),
        *_speed(heard),
    ]
    warm = sum(part.points for part in parts)
    age = now - max(voice.at for voice in heard)
    kept = 0.5 ** (age / max(half_life, timedelta(seconds=1)))
    if cooled := round(warm * kept) - warm:
        parts.append(Part(f"cooled, {age // timedelta(hours=1)} h", cooled))
    return Score("heat", warm + cooled, tuple(parts))


def register(plugins: Plugins) -> None:
    """Called by plugins.load. In both profiles: stories are ranked the same way in both."""
    plugins.heat["publishers"] = partial(
        heat,
        half_life=plugins.portal.heat.half_life,
        organisations=plugins.portal.organisations,
    )


def _standing(domains: Mapping[str, int], known: Mapping[str, Organisation]) -> list[Part]:
    """What the portal thinks of the publishers, the best three of them."""
    standings = sorted(
        (known[domain].standing or 0 for domain in domains if domain in known), reverse=True
    )
    points = sum(max(0, min(standing // STANDING_SHARE, 3)) for standing in standings[:3])
    return [Part("publishers of standing", min(points, STANDING_MOST))] if points else []


def _speed(heard: Sequence[Voice]) -> list[Part]:
    """How many publishers took it up within a few hours, where they were most."""
    first: dict[str, datetime] = {}
    for voice in heard:
        first[voice.domain] = min(first.get(voice.domain, voice.at), voice.at)
    times = sorted(first.values())
    most, start = 0, 0
    for end, at in enumerate(times):
        while at - times[start] > FAST:
            start += 1
        most = max(most, end - start + 1)
    if most < 3:  # two at a time is chance
        return []
    hours = FAST // timedelta(hours=1)
    return [Part(f"{most} publishers within {hours} h", min(EACH_FAST * (most - 1), FAST_MOST))]
