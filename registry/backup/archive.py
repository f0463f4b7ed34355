"""The file of a backup: a header, then chunks of compressed data, encrypted on wish, then a SHA-256 sum of all of it.

Entry points: `writing_archive`, `open_archive`, `check_archive`, `read_header`. The format:

    LOTSE-BACKUP newline
    4 bytes length, the header as JSON (`Header`)
    for each chunk 4 bytes length, then the chunk; a chunk of length 0 ends them
    32 bytes SHA-256 of everything before

The chunks are one zstd stream. With a passphrase each is sealed by AES-256-GCM: the key is derived from the passphrase
and a random salt (scrypt), the nonce is the number of the chunk and whether it is the last, and the header is
authenticated with each. So chunks cannot be left out, changed or put in another order without notice.
"""

import contextlib
import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from registry.errors import NotAllowedError, NotFoundError, UsageError
from registry.private_files import FILE_MODE

MAGIC: Final = b"LOTSE-BACKUP\n"
FORMAT: Final = 1
CHUNK_BYTES: Final = 1 << 20  # of compressed data
MAX_HEADER_BYTES: Final = 1 << 20
MIN_PASSPHRASE_CHARACTERS: Final = 12
SCRYPT_COST = 1 << 16  # 64 MB of memory and a fifth of a second for each guess
MAX_SCRYPT_COST: Final = 1 << 20
SUM_BYTES: Final = 32
TAG_BYTES: Final = 16  # that AES-GCM adds to a chunk


class Encryption(msgspec.Struct, frozen=True):
    """How the key comes from the passphrase."""

    salt: str  # hexadecimal
    cost: int
    algorithm: str = "scrypt, AES-256-GCM"


class Header(msgspec.Struct, frozen=True):
    """What can be read without the passphrase. `tables`: version of each group of tables, by its counter."""

    lotse: str
    at: str
    epoch: str
    number: int
    tables: dict[str, int]
    encryption: Encryption | None = None
    format: int = FORMAT


@contextlib.contextmanager
def writing_archive(path: Path, header: Header, passphrase: str = "") -> Iterator[BinaryIO]:
    """A stream whose content becomes the backup at `path`, which is replaced when all is written and on the disk.

    Only the account of this process may read the file. UsageError for a short passphrase or a folder that is missing.
    """
    if not path.parent.is_dir():
        raise UsageError("folder-missing", folder=path.parent)
    if passphrase:
        header = msgspec.structs.replace(header, encryption=Encryption(secrets.token_hex(16), SCRYPT_COST))
    seal = _Seal(header, passphrase)
    temporary = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, FILE_MODE), "wb") as file:
            chunks = _Chunks(file, seal)
            with zstandard.ZstdCompressor(level=3).stream_writer(chunks, closefd=False) as stream:  # type: ignore[arg-type]
                yield stream
            chunks.finish()
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def open_archive(path: Path, passphrase: str = "") -> Iterator[tuple[Header, BinaryIO]]:
    """The header of a backup, and its content as a stream.

    UsageError if the file is no backup or is damaged, NotAllowedError if the passphrase is wrong or missing; both may
    also come while the stream is read.
    """
    with _opened(path) as file:
        header = _header(file)
        if header.encryption and not passphrase:
            raise NotAllowedError("backup-encrypted")
        try:
            seal = _Seal(header, passphrase)
        except ValueError:
            raise UsageError("backup-damaged", path=path) from None
        try:
            source = io.BufferedReader(_Content(file, seal), CHUNK_BYTES)
            yield header, zstandard.ZstdDecompressor().stream_reader(source, closefd=False)
        except zstandard.ZstdError:
            raise UsageError("backup-damaged", path=path) from None


def read_header(path: Path) -> Header:
    """The header of a backup, which is not checked beyond it; UsageError if the file is no backup."""
    with _opened(path) as file:
        return _header(file)


def check_archive(path: Path) -> Header:
    """The header of a backup whose sum is right; UsageError if the file is no backup, or cut short, or changed."""
    with _opened(path) as file:
        header = _header(file)
        left = path.stat().st_size - SUM_BYTES
        file.seek(0)
        digest = hashlib.sha256()
        while left > 0 and (part := file.read(min(left, CHUNK_BYTES))):
            digest.update(part)
            left -= len(part)
        if left or digest.digest() != file.read():
            raise UsageError("backup-damaged", path=path)
    return header


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise NotFoundError("backup-missing", path=path) from None


def _header(file: BinaryIO) -> Header:
    if file.read(len(MAGIC)) != MAGIC:
        raise UsageError("backup-none", path=file.name)
    length = int.from_bytes(file.read(4))
    try:
        header = msgspec.json.decode(file.read(min(length, MAX_HEADER_BYTES)), type=Header)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UsageError("backup-damaged", path=file.name) from None
    if header.format != FORMAT:
        raise UsageError("backup-newer", version=header.lotse)
    return header


class _Seal:
    """Encrypts and decrypts the chunks of one file; leaves them as they are without a passphrase. UsageError for a
    short passphrase, ValueError for a header whose salt or cost cannot be."""

    def __init__(self, header: Header, passphrase: str) -> None:
        self.header = msgspec.json.encode(header)
        self._cipher = None
        if header.encryption:
            if len(passphrase) < MIN_PASSPHRASE_CHARACTERS:
                raise UsageError("passphrase-short", characters=MIN_PASSPHRASE_CHARACTERS)
            salt, cost = bytes.fromhex(header.encryption.salt), min(header.encryption.cost, MAX_SCRYPT_COST)
            key = Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(passphrase.encode())
            self._cipher = AESGCM(key)

    @property
    def added_bytes(self) -> int:
        return TAG_BYTES if self._cipher else 0

    def close(self, number: int, chunk: bytes, last: bool) -> bytes:
        return self._cipher.encrypt(_nonce(number, last), chunk, self.header) if self._cipher else chunk

    def open(self, number: int, chunk: bytes, last: bool) -> bytes:
        """The chunk as it was; NotAllowedError if it was not sealed so with this passphrase."""
        try:
            return self._cipher.decrypt(_nonce(number, last), chunk, self.header) if self._cipher else chunk
        except InvalidTag:
            raise NotAllowedError("passphrase-wrong") from None


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


class _Chunks(io.RawIOBase):
    """Takes compressed data and writes it in chunks of one size, with their sum at the end."""

    def __init__(self, file: BinaryIO, seal: _Seal) -> None:
        self._file, self._seal = file, seal
        self._digest = hashlib.sha256()
        self._waiting = bytearray()
        self._number = 0
        self._put(MAGIC + len(seal.header).to_bytes(4) + seal.header)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        self._waiting += view
        while len(self._waiting) > CHUNK_BYTES:  # the last chunk is never empty, and known to be the last
            self._put_chunk(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]
        return view.nbytes

    def finish(self) -> None:
        """Writes what is left, and the sum."""
        self._put_chunk(bytes(self._waiting), last=True)
        self._put((0).to_bytes(4))
        self._file.write(self._digest.digest())

    def _put_chunk(self, chunk: bytes, last: bool) -> None:
        sealed = self._seal.close(self._number, chunk, last)
        self._put(len(sealed).to_bytes(4) + sealed)
        self._number += 1

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)


class _Content(io.RawIOBase):
    """The chunks of a file, opened, one after the other."""

    def __init__(self, file: BinaryIO, seal: _Seal) -> None:
        self._file, self._seal = file, seal
        self._number = 0
        self._left = memoryview(b"")
        self._length = self._next_length()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        if not self._left and self._length:
            self._left = memoryview(self._next_chunk())
        view = memoryview(buffer)  # type: ignore[arg-type]
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def _next_chunk(self) -> bytes:
        sealed = self._file.read(self._length)
        complete = len(sealed) == self._length
        self._length = self._next_length()
        if not complete:
            raise UsageError("backup-damaged", path=self._file.name)
        chunk = self._seal.open(self._number, sealed, last=self._length == 0)
        self._number += 1
        return chunk

    def _next_length(self) -> int:
        length = int.from_bytes(self._file.read(4))
        if length > CHUNK_BYTES + self._seal.added_bytes:
            raise UsageError("backup-damaged", path=self._file.name)
        return length
