"""How does an editor's yes or no become part of the judge? It is kept in `desk/topics.json`."""

from __future__ import annotations

from pathlib import Path

from broadsheet import files
from broadsheet.judge.taught import Example, Lessons, as_json, from_json, with_verdict
from broadsheet.judge.topics import lesson_of
from broadsheet.model import Article
from broadsheet.pipeline import Desk


def take_verdict(desk: Desk, folder: Path, article: Article, topic: str, yes: bool) -> Lessons:
    """Write the verdict and what is learned with it; give all that was taught so far.

    Raises StoreError.
    """
    lesson = lesson_of(
        article.title,
        f"{article.summary} {article.text}",
        topic,
        desk.portal.topics,
        language=article.language,
        domain=article.domain,
    )
    examples = dict(desk.memory.lessons.examples)
    verdict = Example(article.id, yes, lesson)
    examples[topic] = with_verdict(examples.get(topic, ()), verdict)
    text = as_json(examples)
    files.private_folder(folder / "desk")
    files.write(folder / "desk" / "topics.json", text.encode())
    return from_json(text)
