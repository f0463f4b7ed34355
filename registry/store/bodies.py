"""Packs records for the store: as JSON, compressed by zstandard with a dictionary trained on invented records.

Entry points: `Bodies`, `shipped`. Invariant: every dictionary and every BODY_VERSION that was ever used stays readable.
"""

import threading
from collections.abc import Callable, Mapping
from copy import copy
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from registry.model import Record

LEVEL = 2  # of zstandard's levels 1 to 22: takes half the time of 3, and the result is 3 per cent larger
_precomputing = threading.Lock()
_SHIPPED = Path(__file__).with_name("bodies.zdict")


def shipped() -> tuple[int, bytes]:
    """Id and bytes of the dictionary that new bodies are written with."""
    body = _SHIPPED.read_bytes()
    return zstandard.ZstdCompressionDict(body).dict_id(), body


class Bodies:
    """Packs and unpacks records, in any thread. `dictionaries`: id -> bytes, all that the database ever used;
    `current`: id of the one for new bodies."""

    def __init__(self, dictionaries: Mapping[int, bytes], current: int) -> None:
        self._dictionaries = {id: zstandard.ZstdCompressionDict(body) for id, body in dictionaries.items()}
        self._current = current
        self._of_sources: Mapping[str, int] = {}
        self._precomputed: set[int] = set()
        self._thread = threading.local()

    @property
    def ids(self) -> frozenset[int]:
        """The ids of all dictionaries that it has."""
        return frozenset(self._dictionaries)

    def with_sources(self, of_sources: Mapping[str, int]) -> "Bodies":
        """One that packs records of these sources with dictionaries of their own. `of_sources`: source -> id."""
        new = copy(self)
        new._of_sources = of_sources
        return new

    def with_dictionary(self, id: int, body: bytes) -> "Bodies":
        """One that knows another dictionary, too."""
        new = copy(self)
        new._dictionaries = {**self._dictionaries, id: zstandard.ZstdCompressionDict(body)}
        return new

    def pack(self, record: Record) -> bytes:
        """The record as a body of version BODY_VERSION."""
        id = self._of_sources.get(record.origin.source, self._current) if record.origin else self._current
        try:
            compressor = self._thread.compressors[id]
        except (AttributeError, KeyError):
            compressor = self._compressor(id)
        packed: bytes = compressor.compress(self._thread.encoder.encode(record))
        return packed

    def _compressor(self, id: int) -> zstandard.ZstdCompressor:
        if not hasattr(self._thread, "compressors"):
            self._thread.compressors, self._thread.encoder = {}, msgspec.json.Encoder()
        dictionary = self._dictionaries[id]
        with _precomputing:
            if id not in self._precomputed:  # a second time would free what other threads use
                dictionary.precompute_compress(level=LEVEL)
                self._precomputed.add(id)
        compressor = self._thread.compressors[id] = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary)
        return compressor

    def unpack(self, body: bytes, version: int) -> Record:
        """The record of a body of that version; KeyError if this process does not have its dictionary yet."""
        plain = self._decompressor(body).decompress(body)
        if version == BODY_VERSION:
            return _DECODER.decode(plain)
        return msgspec.convert(lift(msgspec.json.decode(plain), version), Record)

    def _decompressor(self, body: bytes) -> Any:
        id = zstandard.get_frame_parameters(body).dict_id
        try:
            decompressors = self._thread.decompressors
        except AttributeError:
            decompressors = self._thread.decompressors = {}
        if id not in decompressors:
            decompressors[id] = zstandard.ZstdDecompressor(dict_data=self._dictionaries[id])
        return decompressors[id]


_DECODER = msgspec.json.Decoder(Record)

BODY_VERSION = 2


def lift(body: dict[str, Any], version: int) -> dict[str, Any]:
    """The JSON of a record of body version `version`, changed to that of BODY_VERSION."""
    for number in range(version, BODY_VERSION):
        body = _LIFTS[number](body)
    return body


def _licence_to_distributions(body: dict[str, Any]) -> dict[str, Any]:
    """1 -> 2: the licence of a dataset stood on the dataset; DCAT-AP has it on each distribution."""
    metadata = body["said"]
    if metadata.get("kind") not in ("dataset", "series") or not metadata.get("distributions"):
        return body
    licence = metadata.get("licence", "")
    distributions = [
        distribution if distribution.get("licence") or not licence else distribution | {"licence": licence}
        for distribution in metadata["distributions"]
    ]
    without_licence = {key: value for key, value in metadata.items() if key != "licence"}
    return body | {"said": without_licence | {"distributions": distributions}}


_LIFTS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _licence_to_distributions}
