"""What happens to a source until its reports are published? The one sentence of the house:

    fetch | read | extract | dedup | topics | link | score | record | publish

Each word is a step here, modules in a room, a queue in a scale-out engine, a metric, a log event
and a section of docs/steps.md. Judges decide and return; only this room tells the store.

The way of the data, in the order to read it: `visit.py` (fetch, read), `page.py` (extract),
`report.py` (dedup, topics), `story.py` (link, score), `filing.py` (record), `publish.py`. `desk.py`
is what all of them use, `steps.py` the table that engines run. Beside the way: `lists.py` (sources
that a list names), `sources.py` (what readers may know of a source), `acts.py` (what a person's act
changes), `ends.py` (reports that are listed for a time only), `refill.py` (a lost database).
"""
