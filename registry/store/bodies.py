"""How a record lies in the store: JSON, compressed with a dictionary that was trained on made-up records."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from registry.model import Record

LEVEL = 2  # of 1 to 22: half the time of 3, and 3 per cent larger
_SHIPPED = Path(__file__).with_name("bodies.zdict")


def shipped() -> tuple[int, bytes]:
    """Id and bytes of the dictionary that new bodies are written with."""
    body = _SHIPPED.read_bytes()
    return zstandard.ZstdCompressionDict(body).dict_id(), body


class Bodies:
    """Packs and unpacks for any number of threads; `dictionaries`: every one that the database ever used."""

    def __init__(self, dictionaries: Mapping[int, bytes], current: int) -> None:
        self._dictionaries = {id: zstandard.ZstdCompressionDict(body) for id, body in dictionaries.items()}
        self._current = self._dictionaries[current]
        self._current.precompute_compress(level=LEVEL)
        self._thread = threading.local()

    def pack(self, record: Record) -> bytes:
        try:
            compressor = self._thread.compressor
        except AttributeError:
            compressor = self._thread.compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=self._current)
            self._thread.encoder = msgspec.json.Encoder()
        packed: bytes = compressor.compress(self._thread.encoder.encode(record))
        return packed

    def unpack(self, body: bytes, version: int) -> Record:
        """KeyError: the body was written with a dictionary that this process has not seen yet."""
        plain = self._decompressor(body).decompress(body)
        if version == BODY_VERSION:
            return _DECODER.decode(plain)
        return msgspec.convert(lift(msgspec.json.decode(plain), version), Record)

    def _decompressor(self, body: bytes) -> Any:
        id = zstandard.get_frame_parameters(body).dict_id
        try:
            known = self._thread.decompressors
        except AttributeError:
            known = self._thread.decompressors = {}
        if id not in known:
            known[id] = zstandard.ZstdDecompressor(dict_data=self._dictionaries[id])
        return known[id]


_DECODER = msgspec.json.Decoder(Record)

BODY_VERSION = 2


def lift(body: dict[str, Any], version: int) -> dict[str, Any]:
    """A record as it was written by body version `version`, in the words of the current one."""
    for number in range(version, BODY_VERSION):
        body = _LIFTS[number](body)
    return body


def _licence_to_distributions(body: dict[str, Any]) -> dict[str, Any]:
    """1 -> 2: the licence of a dataset stood on the dataset; DCAT-AP has it on each distribution."""
    said = body["said"]
    if said.get("kind") not in ("dataset", "series") or not said.get("distributions"):
        return body
    licence = said.get("licence", "")
    forms = [
        form if form.get("licence") or not licence else form | {"licence": licence} for form in said["distributions"]
    ]
    return body | {"said": {key: value for key, value in said.items() if key != "licence"} | {"distributions": forms}}


_LIFTS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _licence_to_distributions}
