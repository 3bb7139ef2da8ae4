"""Who may read what is private? `open_sealer` makes the Sealer (seams.py) of a portal.

keys.py holds the portal's signing key; age.py is the value itself, how it is made and opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage import x25519

from broadsheet.seal import age
from broadsheet.seal.age import open_value
from broadsheet.seal.keys import public_key, signing_key
from broadsheet.seams import Sealer

__all__ = ["Seal", "for_nobody", "open_sealer", "open_value", "public_key", "signing_key"]


def for_nobody(record_id: str, data: Mapping[str, object], before: str) -> str:
    """A Sealer without readers: nothing is sealed; a value of earlier days stands as it is."""
    return before


class Seal:
    """A Sealer for these readers. It has their public halves only: it seals and cannot open.

    Quiet: a keyed fingerprint of the plain text and the recipients is remembered for each record,
    and a value is made anew only when that changed. Where the fingerprint was lost, the value that
    stands is taken to be of this plain text.
    """

    def __init__(
        self,
        recipients: tuple[x25519.Recipient, ...],
        site: str,
        keys: Path,
        remember: Callable[[str], str],
        save: Callable[[str, str], None],
    ) -> None:
        self._recipients = recipients
        self._site = site
        self._keys = keys
        self._remember = remember
        self._save = save

    def __call__(self, record_id: str, data: Mapping[str, object], before: str, /) -> str:
        """The value for `secured`; `data` is of what JSON can hold. Raises StoreError."""
        if not data:
            return before
        plain = age.plain_text(self._site, record_id, data)
        name, fingerprint = f"seal:{record_id}", self._fingerprint(plain)
        known = self._remember(name)
        if known != fingerprint:
            self._save(name, fingerprint)
        if before and known in ("", fingerprint):
            return before
        return age.seal_value(plain, self._recipients, self._key)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return signing_key(self._keys)

    def _fingerprint(self, plain: bytes) -> str:
        # Keyed: who reads the database alone cannot try guesses of the plain text against it.
        digest = hashlib.blake2b(key=self._key.private_bytes_raw(), person=b"seal")
        for recipient in sorted(map(str, self._recipients)):
            digest.update(recipient.encode() + b"\n")
        digest.update(plain)
        return digest.hexdigest()


def open_sealer(
    readers: tuple[str, ...],
    site: str,
    keys: Path,
    remember: Callable[[str], str],
    save: Callable[[str, str], None],
) -> Sealer:
    """The Sealer of a portal: `readers` are age recipients, `site` is the portal's address, `keys`
    its keys folder, `remember` and `save` are `fact` and `save_fact` of its store.

    The signing key is made when the first value is. Raises StoreError naming a bad recipient.
    """
    if not readers:
        return for_nobody
    return Seal(tuple(map(age.recipient, readers)), site, keys, remember, save)
