# Every task of the house. CI needs none of these: it calls .ci/run.

all: test lint

test:
    .venv/bin/pytest -q

lint:
    .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports

fix:
    .venv/bin/ruff check --fix . && .venv/bin/ruff format .

# Figures beside the peers that are installed:
# just bench line|quiet|workers|addresses|feeds|fetch|pages|stories|judges
bench what="line" *arguments:
    .venv/bin/python -m benchmarks.{{what}} {{arguments}}

# Pages read beside trafilatura, resiliparse and newspaper4k: needs ../shared/bench.
bench-pages:
    .venv/bin/python -m benchmarks.pages
    .venv/bin/python -m benchmarks.pages --sizes

# Teaches the judge of blocks anew, and shows how well it reads sets that it never saw.
train-blocks:
    .venv/bin/python -m evals.train_blocks
    .venv/bin/python -m evals.train_blocks --left-out

# Floors of accuracy; those on ../shared/bench are skipped where it is absent.
eval:
    .venv/bin/pytest -q evals

# Accuracy floors of the judges, on the sets of ../shared/bench where they lie.
eval:
    .venv/bin/pytest -q evals

# Copies, topics and headlines beside their peers; needs scikit-learn, rensa and datasketch.
bench-judges:
    .venv/bin/python -m benchmarks.judges

# Fits the weights of judge/headlines.json anew; needs scikit-learn.
train-headlines:
    .venv/bin/python -m evals.train_headlines

# The picture of the demo's front page in the README; needs chromium.
picture:
    .venv/bin/broadsheet demo -C broadsheet-demo --no-serve --quiet
    chromium --headless --no-sandbox --hide-scrollbars --window-size=1280,1400 \
        --screenshot=docs/front-page.png "file://$PWD/broadsheet-demo/site/index.html"

# 5,000 pages and feeds made to hurt, through the workers: 0 uncaught, none over 2 CPU-seconds.
hostile:
    BROADSHEET_HOSTILE=5000 .venv/bin/pytest -q tests/workers/test_hostile.py
