"""The MCP server at `/mcp` (streamable HTTP, stateless, answers in JSON), by the official SDK. Entry point: `endpoint`.

Only this module imports the SDK, and only if it is installed: without the extra `lotse[mcp]` the address is 404.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.assistants.arguments import schema_of
from api.assistants.quoting import NOTE
from api.assistants.tools import TOOLS, Tool, call
from api.pages.site import Pages
from api.web.addresses import place
from api.web.answers import json_bytes
from api.web.client_limits import ClientLimit
from api.web.problems import problem_response, wants_page
from registry.errors import LotseError, NotReadyError

if TYPE_CHECKING:
    from mcp import types
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH: Final = "/mcp"
MAX_AT_ONCE: Final = 2  # calls of one client
MAX_OF_ALL: Final = 4
MAX_WAITING: Final = 6
WAIT_SECONDS: Final = 10.0
MAX_REQUEST_BYTES: Final = 100_000
INSTRUCTIONS: Final = f"A city's catalogue of open data and projects, for reading. {NOTE}"


def is_installed() -> bool:
    """Whether the extra `lotse[mcp]` is there."""
    return find_spec("mcp") is not None


def endpoint(pages: Pages) -> "Endpoint | None":
    """The ASGI application for `/mcp`; None without the extra, or where the operator has switched it off."""
    return Endpoint(pages) if is_installed() and pages.settings.mcp == "on" else None


class Endpoint:
    """Hands POST to the SDK while `running`. A browser is led to the page about it; there is no stream to listen to."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.manager: StreamableHTTPSessionManager | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Within the block calls are answered."""
        self.manager = _manager(self.pages)
        async with self.manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._responsible(scope)(scope, receive, send)

    def _responsible(self, scope: Scope) -> ASGIApp:
        """What answers a request."""
        if scope["method"] == "POST":
            return (
                self.manager.handle_request
                if self.manager
                else problem_response(NotReadyError("assistants-not-running"))
            )
        if scope["method"] == "GET" and wants_page(Request(scope)):
            return RedirectResponse(place("developers", "de", "assistants"), 303)
        return Response(status_code=405, headers={"Allow": "POST"})


def _manager(pages: Pages) -> "StreamableHTTPSessionManager":
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecuritySettings

    own = urlsplit(pages.settings.base_url)
    security = TransportSecuritySettings(
        allowed_hosts=[own.netloc, "127.0.0.1:*", "localhost:*", "[::1]:*"],
        allowed_origins=[f"{own.scheme}://{own.netloc}"],
    )
    return StreamableHTTPSessionManager(
        _server(pages),
        json_response=True,
        stateless=True,
        security_settings=security,
        max_request_body_size=MAX_REQUEST_BYTES,
    )


def _server(pages: Pages) -> "Server[Any]":
    from importlib.metadata import version

    from mcp import types
    from mcp.server.lowlevel import Server

    limit = ClientLimit(MAX_AT_ONCE, MAX_OF_ALL, MAX_WAITING, WAIT_SECONDS)
    listed = [_described(tool) for tool in TOOLS.values()]

    def answered(request: Request, name: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
        with limit.turn(request):
            return call(pages, name, given)

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=listed)

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            answer = await run_in_threadpool(answered, context.request, params.name, params.arguments)
        except LotseError as error:  # its sentence names ids and arguments of the call, no words of records
            return types.CallToolResult(content=[types.TextContent(type="text", text=error.message)], is_error=True)
        content = types.TextContent(type="text", text=json_bytes(answer).decode())
        return types.CallToolResult(content=[content], structured_content=answer)

    return Server(
        "lotse",
        version=version("lotse"),
        title=pages.city.title.get("en") or "Lotse",
        instructions=INSTRUCTIONS,
        website_url=pages.settings.base_url,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _described(tool: Tool) -> "types.Tool":
    from mcp import types

    hints = types.ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    return types.Tool(
        name=tool.name,
        title=tool.title["de"],
        description=tool.description,
        input_schema=schema_of(tool.takes),
        annotations=hints,
    )
