"""Opens the search index that the settings name, without the rest of the catalogue: a process that only indexes needs
no more, and starts faster.

Entry points: `open_index`, `search_server`.
"""

from typing import TYPE_CHECKING

from registry import city
from registry.errors import UsageError
from registry.search.candidates import Refiner
from registry.search.query import SearchIndex
from registry.search.synonyms import Synonyms
from registry.search.synonyms import synonyms as synonyms_of
from registry.settings import Settings
from vocab.concepts import ConceptList, load

if TYPE_CHECKING:
    from registry.search.elastic_client import Server


def open_index(settings: Settings, refiner: Refiner | None = None) -> SearchIndex:
    """The search index: Tantivy in the data folder, or Elasticsearch. Only the one in use is imported.

    UsageError if the city's table of synonyms is wrong."""
    districts, synonyms = _districts(settings), _synonyms(settings)
    if settings.search == "tantivy":
        from registry.search.tantivy_index import TantivyIndex

        return TantivyIndex(settings.data / "search", districts, refiner, synonyms)
    from registry.search.elastic_index import ElasticIndex

    return ElasticIndex(search_server(settings), districts=districts, refiner=refiner, synonyms=synonyms)


def search_server(settings: Settings) -> "Server":
    """How Elasticsearch is reached."""
    from registry.search.elastic_client import Server

    ca_file = settings.search_ca_file or settings.ca_file
    return Server(
        settings.search_addresses, str(ca_file) if ca_file else None, settings.search_key, settings.search_replicas
    )


def _synonyms(settings: Settings) -> Synonyms:
    path = city.city(settings).synonyms
    try:
        return synonyms_of(path)
    except (ValueError, OSError) as error:
        raise UsageError("file-invalid", path=path, error=error) from None


def _districts(settings: Settings) -> ConceptList | None:
    path = city.city(settings).districts
    return load(path) if path else None
