"""In which order do stories stand on the front page?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from broadsheet.model import Part, Score, Story

PIN = 100  # points of heat: more than seven publishers have


def pinned(heat: Score) -> Score:
    """The heat of a story that an editor pinned."""
    part = Part("pinned by an editor", PIN)
    return Score(heat.name, heat.value + PIN, (*heat.parts, part))


def ranked(stories: Iterable[Story]) -> list[Story]:
    """Hottest first, then the latest; of stories as hot as each other, one of another topic than
    the story above comes first, so that a topic fills no column while others are as hot."""
    by_heat = sorted(stories, key=lambda s: (-s.heat.value, -s.last_at.timestamp(), s.id))
    order: list[Story] = []
    start = 0
    while start < len(by_heat):
        end = start
        while end < len(by_heat) and by_heat[end].heat.value == by_heat[start].heat.value:
            end += 1
        order += _varied(by_heat[start:end], order[-1:])
        start = end
    return order


def with_pins(stories: Iterable[Story], pins: Iterable[str]) -> list[Story]:
    """The stories, each that is pinned by its own id or that of one of its reports with the heat
    of a pin."""
    wanted = set(pins)
    return [
        replace(story, heat=pinned(story.heat))
        if not wanted.isdisjoint((story.id, *story.report_ids))
        else story
        for story in stories
    ]


def _varied(equals: Sequence[Story], above: Sequence[Story]) -> list[Story]:
    """One queue for each topic, so that a thousand stories as cold as each other cost no more."""
    queues: dict[str, list[tuple[int, Story]]] = {}
    for place, story in enumerate(equals):
        queues.setdefault(_topic(story), []).append((place, story))
    waiting = {topic: iter(queue) for topic, queue in queues.items()}
    heads = {topic: next(queue) for topic, queue in waiting.items()}
    last = _topic(above[0]) if above else None
    order: list[Story] = []
    while heads:
        others = [topic for topic in heads if topic != last] or list(heads)
        last = min(others, key=lambda topic: heads[topic][0])
        order.append(heads[last][1])
        if (following := next(waiting[last], None)) is None:
            del heads[last]
        else:
            heads[last] = following
    return order


def _topic(story: Story) -> str:
    """Its narrowest topic: parents stand first."""
    return story.topics[-1] if story.topics else ""
