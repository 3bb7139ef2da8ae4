"""What stands in `secured`? `age1:` and the base64 of one age file.

Inside are two lines: canonical JSON that names the site, record and field it was made for, padded
with spaces so that its length says little (Padmé, at least 256 bytes), then the base64 of the
portal's Ed25519 signature of the first line. The `age` program and a reader's key open it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from pyrage import x25519

from broadsheet.errors import StoreError

_PREFIX = "age1:"
_LEAST = 256
_SIGNED_AS = b"broadsheet secured v1\n"  # so that no signature of ours for another use fits


def recipient(text: str) -> x25519.Recipient:
    """The reader that an `age1...` names. Raises StoreError."""
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise StoreError(f"seal.readers: {text!r} is no age recipient: {error}") from error


def plain_text(site: str, record_id: str, data: Mapping[str, object]) -> bytes:
    """The first line of what is sealed: canonical JSON, padded."""
    value = {"v": 1, "site": site, "record": record_id, "field": "secured", "data": dict(data)}
    line = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()
    return line.ljust(_padded_length(len(line)))


def seal_value(plain: bytes, recipients: Sequence[x25519.Recipient], key: Ed25519PrivateKey) -> str:
    """The value for `secured`; other bytes each time, as age wants it."""
    signature = base64.b64encode(key.sign(_SIGNED_AS + plain))
    sealed = pyrage.encrypt(plain + b"\n" + signature + b"\n", list(recipients))
    return _PREFIX + base64.b64encode(sealed).decode()


def open_value(
    value: str, identity: str, verify_key: str, *, site: str, record_id: str
) -> dict[str, Any]:
    """The data in a `secured` value of this record, opened with an `AGE-SECRET-KEY-1...`.

    `verify_key` is the portal's `public_key`. Raises StoreError, the same for every reason: a
    value cut, altered, of another record, site or portal, or for another reader.
    """
    try:
        return _opened(value, identity, verify_key, site, record_id)
    except (
        ValueError,
        TypeError,
        KeyError,
        RecursionError,
        binascii.Error,
        InvalidSignature,
        pyrage.DecryptError,
        pyrage.IdentityError,
    ):
        # Nothing of the reason: neither in words nor as the cause.
        raise StoreError(f"{record_id}: the sealed value cannot be opened") from None


def _opened(
    value: str, identity: str, verify_key: str, site: str, record_id: str
) -> dict[str, Any]:
    if not value.startswith(_PREFIX):
        raise ValueError("not of age")
    reader = x25519.Identity.from_str(identity)
    opened = pyrage.decrypt(_decoded(value.removeprefix(_PREFIX)), [reader])
    plain, signature, rest = opened.split(b"\n")
    portal = Ed25519PublicKey.from_public_bytes(_decoded(verify_key))
    portal.verify(_decoded(signature.decode()), _SIGNED_AS + plain)
    data: dict[str, Any] = json.loads(plain)["data"]
    if rest or plain != plain_text(site, record_id, data):
        raise ValueError("for another place")
    return data


def _decoded(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("more than one base64 text means these bytes")
    return data


def _padded_length(length: int) -> int:
    """Padmé (Nikitin and others, 2019): at most 12 % more, and O(log log n) bits are told."""
    if length <= _LEAST:
        return _LEAST
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask
