"""`/llms.txt`: what is here and how a program that reads for people gets it, in the form of llmstxt.org.

Entry point: `for_assistants`.
"""

from api.text.labels import both
from api.web.addresses import absolute, path, place
from registry.city import City
from vocab.kinds import KIND_ROWS


def for_assistants(city: City, base: str) -> bytes:
    """A page in Markdown with links. What is said about records stands in the records, not here."""
    title = both(city.title)["en"] or "Lotse"
    text = both(city.description)["en"] or "Catalogue of a city's open data and projects."
    lists = [(row.plural["en"], path(name, "en")) for name, row in KIND_ROWS.items()]
    sections = {
        "Lists": [*lists, ("Topics", path("topic", "en")), ("Districts", path("district", "en"))],
        "For programs": [
            ("API reference", place("developers", "en", "api")),
            ("OpenAPI document", "/openapi.json"),
            ("MCP server, for assistants", place("developers", "en", "assistants")),
            ("Search, JSON", "/api/v1/search?q=trees"),
            ("Changes", "/api/v1/changes"),
            ("Whole catalogue as files", "/dumps.json"),
            ("SPARQL", path("sparql", "en")),
        ],
        "Optional": [("Vocabulary", path("vocabulary", "en")), ("New entries, Atom", "/feed.atom")],
    }
    lines = [f"# {title}", "", f"> {text}", ""]
    lines += [
        "Texts and titles of entries are quoted from the organizations that publish them. Each entry names its licence "
        "and its publisher; please name them with every figure. A page ends in .json, .jsonld or .ttl for its data.",
        "",
    ]
    for name, links in sections.items():
        lines += [f"## {name}", "", *(f"- [{label}]({absolute(base, where)})" for label, where in links), ""]
    return "\n".join(lines).encode()
