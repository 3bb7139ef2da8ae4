"""Where is the portal's own key? In `keys/signing.key`: Ed25519, PEM, for its owner only."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from broadsheet import files
from broadsheet.errors import StoreError


def signing_key(keys: Path) -> Ed25519PrivateKey:
    """The key in this folder, made if there is none.

    Raises StoreError, with the remedy, when it or its folder is open to others or is no such key.
    """
    path = keys / "signing.key"
    try:
        if not path.exists() and not path.is_symlink():
            _make(path)
        _refuse_open(keys, keys.lstat().st_mode, "700", stat.S_ISDIR)
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as file:
            _refuse_open(path, os.fstat(handle).st_mode, "600", stat.S_ISREG)
            pem = file.read()
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise StoreError(f"{path}: not a private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise StoreError(f"{path}: not an Ed25519 key")
    return key


def public_key(keys: Path) -> str:
    """Its public half, base64: what `open_value` verifies with. Raises as `signing_key` does."""
    return base64.b64encode(signing_key(keys).public_key().public_bytes_raw()).decode()


def _make(path: Path) -> None:
    """Whole or not at all; a temporary file is its owner's alone from the start."""
    if not path.parent.exists():
        files.private_folder(path.parent)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".new", delete=False) as new:
        new.write(pem)
        new.flush()
        os.fsync(new.fileno())
    os.replace(new.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _refuse_open(path: Path, mode: int, wanted: str, is_kind: Callable[[int], bool]) -> None:
    if not is_kind(mode):
        raise StoreError(f"{path}: not what should stand here; a link is not followed")
    if mode & 0o077:
        raise StoreError(f"{path}: others can read it; `chmod {wanted} {path}`")
