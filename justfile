# Every task of the house. CI needs none of these: it calls .ci/run.

all: test lint

test:
    .venv/bin/pytest -q

lint:
    .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports

fix:
    .venv/bin/ruff check --fix . && .venv/bin/ruff format .

# Figures, beside the peers that are installed (requirements-peers.txt in ../shared/bench):
# just bench line|quiet|workers|addresses|feeds|fetch|pages|sites|stories|judges|crowd
bench what="line" *arguments:
    .venv/bin/python -m benchmarks.{{what}} {{arguments}}

# Floors of accuracy; those on ../shared/bench are skipped where it is absent.
eval:
    .venv/bin/pytest -q evals

# Fits the weights that ship anew, and shows how they do on sets they never saw; needs scikit-learn:
# just train blocks|headlines|link
train what *arguments:
    .venv/bin/python -m evals.train_{{what}} {{arguments}}

# The picture of the demo's front page in the README; needs chromium.
picture:
    .venv/bin/broadsheet demo -C broadsheet-demo --no-serve --quiet
    chromium --headless --no-sandbox --hide-scrollbars --window-size=1280,1400 \
        --screenshot=docs/front-page.png "file://$PWD/broadsheet-demo/site/index.html"

# 5,000 pages and feeds made to hurt, through the workers: 0 uncaught, none over 2 CPU-seconds.
hostile:
    BROADSHEET_HOSTILE=5000 .venv/bin/pytest -q tests/workers/test_hostile.py
