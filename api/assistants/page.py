"""The page about `/mcp`: what it is, how an assistant is told of it, its tools, limits and what is not stored."""

from typing import Any, NamedTuple

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.assistants import server
from api.assistants.arguments import schema_of
from api.assistants.tools import MAX_ANSWER_BYTES, TOOLS, Tool
from api.pages.site import Pages
from api.text.formatting import number, size
from api.text.i18n import translator
from api.web.addresses import Lang, absolute, language, mount, path, patterns


class ShownTool(NamedTuple):
    """A tool as the page shows it. `takes`: name and meaning of what it can be told."""

    name: str
    title: str
    description: str
    takes: tuple[tuple[str, str], ...]


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    def show(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        address = absolute(pages.settings.base_url, server.PATH)
        is_on = server.is_installed() and pages.settings.mcp == "on"
        return pages.page(
            request,
            "assistants.html",
            lang,
            area="developers",
            address=address if is_on else "",
            tools=[_shown(tool, lang) for tool in TOOLS.values()],
            clients=clients(address),
            limits=[
                (_("Aufrufe gleichzeitig je Adresse"), number(server.MAX_AT_ONCE, lang)),
                (_("Größe einer Antwort"), size(MAX_ANSWER_BYTES, lang)),
            ],
            crumbs=[(_("Für Entwickler"), path("developers", lang)), (_("KI-Assistenten"), "")],
        )

    mount(router, patterns("developers", "assistants"), show)
    return router


def clients(address: str) -> list[tuple[str, str]]:
    """What to enter where: name of a client, and what to copy."""
    servers: dict[str, Any] = {"mcpServers": {"lotse": {"type": "http", "url": address}}}
    return [
        ("JSON", msgspec.json.format(msgspec.json.encode(servers)).decode()),
        ("Claude Code", f"claude mcp add --transport http lotse {address}"),
        ("Python", f'from mcp import Client\n\nasync with Client("{address}") as client:\n'
                   '    print(await client.call_tool("about_catalog", {}))'),
    ]  # fmt: skip


def _shown(tool: Tool, lang: Lang) -> ShownTool:
    properties = schema_of(tool.takes)["properties"]
    takes = tuple((name, described.get("description", "")) for name, described in properties.items())
    return ShownTool(tool.name, tool.title[lang], tool.description, takes)
