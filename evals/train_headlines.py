"""How do we come to the weights of judge/headlines.json? `python -m evals.train_headlines`

Fits a ridge-penalised logistic regression (scikit-learn, needed only here) to the older half of
the clickbait set, which is under the MIT licence, keeps the strongest weights, and prints what the
other half says of them. The headlines themselves are not kept.
"""

from __future__ import annotations

import argparse
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

from broadsheet.judge import headlines

DATA = Path(__file__).parents[2] / "shared" / "bench" / "stories" / "data"
WEIGHTS = Path(headlines.__file__).with_name("headlines.json")
LEAST = 2  # headlines that must have a mark
KEPT = 12_000  # weights, of 25,000
LOOSENESS = 3.0  # accuracy on the other half, 2026-11-24: .964 at 0.3, .967 at 3


def load(name: str, folder: Path) -> tuple[list[str], list[int]]:
    """Titles and labels (1 is bait) of one half."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return [row["title"] for row in rows], [row["label"] for row in rows]


def fit(titles: list[str], labels: list[int]) -> dict[str, float]:
    """Weights by mark, the strongest first; "" is the bias."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    seen: dict[str, int] = {}
    rows = [set(headlines.marks(title)) for title in titles]
    for row in rows:
        for mark in row:
            seen[mark] = seen.get(mark, 0) + 1
    columns = DictVectorizer()
    matrix = columns.fit_transform(
        [{mark: 1.0 for mark in sorted(row) if seen[mark] >= LEAST} for row in rows]
    )
    model = LogisticRegression(C=LOOSENESS, max_iter=2000).fit(matrix, labels)
    found = dict(zip(columns.get_feature_names_out(), model.coef_[0].tolist(), strict=True))
    strongest = sorted(found, key=lambda mark: (-abs(found[mark]), mark))[:KEPT]
    return {"": round(float(model.intercept_[0]), 2)} | {
        mark: round(found[mark], 2) for mark in strongest
    }


def main() -> None:
    """Fit, write, and print the accuracy on the half that was not fitted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    folder = parser.parse_args().data
    weights = fit(*load("clickbait_fit", folder))
    said = {
        "from": "clickbait_fit (Chakraborty and others 2016, MIT licence)",
        "by": "python -m evals.train_headlines",
        "on": date.today().isoformat(),
        "weights": weights,
    }
    WEIGHTS.write_text(json.dumps(said, ensure_ascii=False, indent=0, sort_keys=True) + "\n")
    titles, labels = load("clickbait_eval", folder)
    right = sum(
        (headlines.bait(title) > headlines.BAIT) == bool(label)
        for title, label in zip(titles, labels, strict=True)
    )
    print(f"{len(weights)} weights, accuracy on the other half {right / len(titles):.4f}")


if __name__ == "__main__":
    main()
