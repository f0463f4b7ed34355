"""The web application: adds all routes, and turns every error into a page or a problem document.

Entry points: `create_app`; `from_environment` for uvicorn's worker processes.
"""

import contextlib
import gc
import logging
import secrets
import threading
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.admin import harvests, items, letters, links, new_source, overview, page_texts, people, source_acts
from api.assistants import page as assistants
from api.assistants import server as assistants_server
from api.ckan import routes as ckan
from api.data import (
    croissant,
    dump_files,
    event_stream,
    examples,
    feeds,
    linked,
    lists,
    openapi,
    previews,
    records,
    vocabulary,
    well_known,
)
from api.data.openapi import responses, texts
from api.drafts import routes as drafts
from api.editing import (
    account,
    account_letters,
    confirming,
    guests,
    history,
    link_proposals,
    merging,
    pictures,
    record_acts,
    register,
    review,
    review_queue,
    sections,
    takeover,
)
from api.pages import error_pages, routes
from api.pages.site import Pages
from api.running import metrics, reads
from api.running.rates import RateLimit
from api.running.reads import CountReads, ReadCounter
from api.running.requests import Requests
from api.running.warming import warm_up
from api.visitors import digests, hook_delivery
from api.visitors import routes as visitors
from api.web.answers import answer, json_bytes
from api.web.dispatch import Dispatch
from api.web.frame import HEADERS, MAX_BODY_BYTES, Frame
from api.web.kept_answers import GZIP_LEVEL
from api.web.logs import log_to_stderr
from api.web.negotiate import JSON
from api.web.problems import problem_response, wants_page, wrong_parameters
from registry import child_pool
from registry.build import open_catalog
from registry.catalog import Catalog, reminding
from registry.errors import LotseError, NotFoundError, NotReadyError, TooLargeError, UsageError
from registry.following.reads import Reads
from registry.letters import sending
from registry.settings import Settings, load, with_secret
from registry.store.database import check_pages

GC_THRESHOLD: Final = 10_000  # objects that are made before Python looks for reference cycles; its default is 700
DATABASE_RETRY_SECONDS: Final = 10  # after which a client may ask again while the database is away
PAGE_CHECK_SECONDS: Final = 3600.0  # between two checks of all pages of the database

# Modules with routes of pages, in the order in which addresses are looked up
PAGE_MODULES: Final = (
    account,
    account_letters,
    confirming,
    takeover,
    guests,
    register,
    sections,
    pictures,
    link_proposals,
    review_queue,
    review,
    history,
    record_acts,
    merging,
    overview,
    new_source,
    items,
    harvests,
    source_acts,
    letters,
    page_texts,
    links,
    people,
    assistants,
    routes,
)

log = logging.getLogger("lotse.web")


def create_app(catalog: Catalog, settings: Settings) -> FastAPI:
    """The application over a catalogue; its projector runs while the application does."""
    app = FastAPI(
        title="Lotse",
        summary="Catalogue of a city's open data and projects",
        version=records.VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
        lifespan=lambda app: _running(app, catalog, settings),
    )
    linked.mount(app, catalog, settings)
    for data in (records, previews, croissant, feeds, lists, well_known, ckan, event_stream, dump_files, vocabulary):
        app.include_router(data.routes(catalog, settings))
    pages = Pages(catalog, settings)
    app.include_router(drafts.routes(pages))
    for module in PAGE_MODULES:
        app.include_router(module.routes(pages))
    app.include_router(visitors.routes(pages))
    app.include_router(_health(catalog))
    app.state.assistants = assistants_server.endpoint(pages)
    if app.state.assistants:
        app.router.routes.append(Route(assistants_server.PATH, app.state.assistants))
    app.include_router(metrics.routes(catalog, settings))
    app.state.error_page = error_pages.error_page(pages)
    _handle_errors(app)
    _add_middleware(app, settings)
    app.include_router(openapi.routes(app, settings.base_url))
    app.router.middleware_stack = Dispatch(app.router.middleware_stack, app.router.routes)
    return app


def _handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(LotseError, _lotse_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(kind, _database_away)
    app.add_exception_handler(Exception, _failure)


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Adds what stands around every request; what is added last comes first."""
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=GZIP_LEVEL)
    secret = settings.secret[0] if settings.secret else ""
    app.add_middleware(RateLimit, data=settings.data, secret=secret, limits=settings.limits, shown=_shown)
    app.state.reads = ReadCounter()
    app.add_middleware(CountReads, counter=app.state.reads)
    app.add_middleware(Frame)
    app.add_middleware(Requests)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))


def from_environment() -> FastAPI:
    """The application with the settings of the environment, for each worker process of the server."""
    settings = with_secret(load())
    log_to_stderr(settings.debug, settings.log == "json")
    catalog = open_catalog(settings)
    threading.Thread(target=records.warm_up, name="warm-up", daemon=True).start()
    threading.Thread(target=catalog.previews.warm_up, name="warm-up-previews", daemon=True).start()
    app = create_app(catalog, settings)
    threading.Thread(target=warm_up, args=(app, catalog), name="warm-up-pages", daemon=True).start()
    gc.collect()
    gc.freeze()  # modules, routes and tables stay as long as the process: looking through them took a tenth of a search
    gc.set_threshold(GC_THRESHOLD)
    return app


@contextlib.asynccontextmanager
async def _running(app: FastAPI, catalog: Catalog, settings: Settings) -> AsyncIterator[None]:
    """What runs beside the requests, while the application runs."""
    assistants: assistants_server.Endpoint | None = app.state.assistants
    counting = (app.state.reads, catalog.following.reads)
    async with (
        _threads_running(catalog, settings, counting),
        assistants.running() if assistants else contextlib.nullcontext(),
    ):
        yield


@contextlib.asynccontextmanager
async def _threads_running(
    catalog: Catalog, settings: Settings, counting: tuple[ReadCounter, Reads]
) -> AsyncIterator[None]:
    """Runs the projector, and what writes and sends letters, in threads while the application runs; closes the
    catalogue afterwards. `counting`: fetches of data, and where they are written."""
    stop = threading.Event()
    thread = threading.Thread(target=catalog.projector.run, args=(stop,), name="projector", daemon=True)
    thread.start()
    threading.Thread(target=_check_pages, args=(catalog, stop), name="check-pages", daemon=True).start()
    post = threading.Thread(target=sending.run, args=(catalog.outbox, settings, stop), name="letters", daemon=True)
    post.start()
    threading.Thread(target=reminding.run, args=(catalog, stop), name="reminders", daemon=True).start()
    reading = threading.Thread(target=reads.run, args=(*counting, stop), name="reads", daemon=True)
    reading.start()
    for job in (digests, hook_delivery):
        threading.Thread(target=job.run, args=(Pages(catalog, settings), stop), name=job.__name__, daemon=True).start()
    try:
        yield
    finally:
        stop.set()
        child_pool.kill_busy()
        thread.join(timeout=30)
        reading.join(timeout=30)
        catalog.close()


def _check_pages(catalog: Catalog, stop: threading.Event) -> None:
    """Reads all pages of the database at the start and every PAGE_CHECK_SECONDS; `/readyz` tells what is damaged."""
    while not stop.is_set():
        with contextlib.suppress(LotseError, SQLAlchemyError):
            if damage := check_pages(catalog.store.engine):
                log.error("the database is damaged, put a backup in its place: %s", damage)
        stop.wait(PAGE_CHECK_SECONDS)


def _health(catalog: Catalog) -> APIRouter:
    router = APIRouter(tags=["health"])

    plain, state = "text/plain; charset=utf-8", {"schema": {"type": "object"}, "example": examples.ready()}

    @router.get("/healthz", summary="The process is alive", response_class=Response, responses=responses(texts(plain)))
    def healthz(request: Request) -> Response:
        return answer(request, lambda: b"ok\n", plain)

    @router.get(
        "/readyz",
        summary="The store is reachable; the position of each projection",
        response_class=Response,
        responses=responses({JSON.type: state}) | {503: {"description": "Not ready", "content": {JSON.type: state}}},
    )
    def readyz() -> Response:
        now = catalog.projector.state()
        headers = {"Cache-Control": "no-store"}
        return Response(json_bytes(now), 200 if now["ready"] else 503, headers, JSON.type)

    return router


# -- errors


def _lotse_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, LotseError)
    return _shown(request, error)


def _shown(request: Request, error: LotseError) -> Response:
    if wants_page(request):
        page: Response = request.app.state.error_page(request, error)
        return page
    return problem_response(error)


def _http_error(request: Request, error: Exception) -> Response:
    """Answers what the framework refuses (no such path, wrong method, too large) with messages of ours."""
    assert isinstance(error, HTTPException)
    response = _shown(request, _translated(error))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _translated(error: HTTPException) -> LotseError:
    if error.status_code == 404:
        return NotFoundError("nothing-here")
    if error.status_code == 413:
        return TooLargeError("request-too-large", {"limit": MAX_BODY_BYTES}, limit=MAX_BODY_BYTES)
    other = (UsageError if error.status_code < 500 else NotReadyError)("framework-refused", words=error.detail)
    other.status = error.status_code
    return other


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _shown(request, wrong_parameters(error.errors()))


def _database_away(request: Request, error: Exception) -> Response:
    """Answers 503 while the database does not answer; the next request finds it again as soon as it does."""
    log.error("the database does not answer: %s", type(getattr(error, "orig", None) or error).__name__)
    return _shown_anyhow(request, NotReadyError("database-silent", {"seconds": DATABASE_RETRY_SECONDS}))


def _shown_anyhow(request: Request, error: LotseError) -> Response:
    """The error as a page where one is wanted and can be made, else as a problem document."""
    try:
        return _shown(request, error)
    except Exception:  # the error page itself fails, for it reads the account
        return problem_response(error)


def _failure(request: Request, error: Exception) -> Response:
    """Answers an unhandled exception with 500 and a reference number, which is also logged; shows no details.

    Starlette answers it outside of the middleware, so the security headers are added here.
    """
    number = secrets.token_hex(4)
    log.error("failure %s: %s %s", number, request.method, request.url.path, exc_info=error)
    failed = LotseError("went-wrong", {"number": number}, number=number)
    failed.status = 500
    response = _shown_anyhow(request, failed)
    response.headers.update(HEADERS)
    return response
