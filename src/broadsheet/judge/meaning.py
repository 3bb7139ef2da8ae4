"""What does an English word mean, roughly?

A word is cut into the longest pieces that are in the table, and means the sum of theirs. The table
`meaning.npz` is wordllama's (MIT licence, `l2_supercat_256`), turned so that its first 96
directions hold most of it, as bytes; `python -m evals.make_meaning` makes it.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

WIDTH = 96
_LONGEST = 16  # letters of a piece


class Meaning:
    """Meanings of words; the table is read when the first word is asked for."""

    def of(self, word: str) -> NDArray[np.float32]:
        """The meaning of a word in lower case: WIDTH numbers, all 0 where no piece is known."""
        pieces, table = _table()
        rest, found = f"▁{word}", []
        while rest:
            length = next((n for n in range(_LONGEST, 0, -1) if rest[:n] in pieces), 0)
            if length:
                found.append(pieces[rest[:length]])
            rest = rest[length or 1 :]
        return np.asarray(table[found].sum(0, dtype=np.float32) / 16)


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, int], NDArray[np.int8]]:
    data = files("broadsheet.judge").joinpath("meaning.npz").read_bytes()
    with np.load(BytesIO(data), allow_pickle=False) as kept:
        pieces = bytes(kept["pieces"]).decode().split("\n")
        return {piece: n for n, piece in enumerate(pieces)}, kept["table"]
