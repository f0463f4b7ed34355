"""`lotse serve`, `worker`, `sync`, `rebuild`, `upgrade`: running Lotse."""

import contextlib
import errno
import os
import signal
import socket
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click
from click import option

from api.commands.terminal import as_json, document, opened, progress, say, settings

if TYPE_CHECKING:
    from registry.settings import Settings

START_SECONDS: Final = 120.0  # after which we no longer wait for the server to answer


@click.command()
@option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: any free one.")
@option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that answer.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the portal and all interfaces; prints `ready http://…` when it answers."""
    from api.running.counting import shared_counts
    from api.web.logs import log_to_stderr
    from registry.catalog.organizations import take_in_city
    from registry.settings import Settings, with_secret
    from registry.store.reserve import keep_reserve

    catalog, configured = opened()  # refuses an older database before anything listens
    log_to_stderr(configured.debug, configured.log == "json")
    keep_reserve(configured.data)
    take_in_city(catalog)
    catalog.close()  # each of the server's processes opens its own
    with_secret(configured)
    with _listening(host, port) as listener, shared_counts():
        address = _address(host, listener)
        if configured.base_url == Settings().base_url:
            os.environ["LOTSE_BASE_URL"] = address  # for the server's processes, which read their settings anew
        signal.signal(signal.SIGTERM, _leave)
        threading.Thread(target=_announce, args=(listener.getsockname(), address), daemon=True).start()
        _answer_requests(listener, workers, configured)


def _answer_requests(listener: socket.socket, workers: int, configured: "Settings") -> None:
    """Runs the server until it is asked to end, in this process or in so many of its own."""
    import uvicorn
    from uvicorn.config import LOGGING_CONFIG
    from uvicorn.supervisors import Multiprocess

    from api.web.half_open import BoundedProtocol

    config = uvicorn.Config(
        "api.app:from_environment",
        factory=True,
        workers=workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        http=BoundedProtocol,
        proxy_headers=False,  # the application believes those that the settings name
        timeout_graceful_shutdown=20,
        log_config=None if configured.log == "json" else LOGGING_CONFIG,  # without one its lines get our form, too
    )
    if workers > 1:
        Multiprocess(config, sockets=[listener]).run()
    else:
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C ends the server
            uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    """A bound socket; ConflictError if the port is taken, UsageError if we may not or cannot listen there."""
    from registry.errors import ConflictError, UsageError

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConflictError("port-taken", port=port, host=host) from None
        why = error.strerror or error
        raise UsageError("cannot-listen", host=host, port=port, why=why) from None
    listener.set_inheritable(True)
    return listener


def _address(host: str, listener: socket.socket) -> str:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 (compared, not bound)
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}"


def _announce(where: tuple[Any, ...], address: str) -> None:
    """Prints the ready line as soon as the server really answers."""
    from http.client import HTTPConnection, HTTPException

    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(where[0], where[0])  # noqa: S104
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError, HTTPException):
            connection = HTTPConnection(host, where[1], timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                click.echo(f"ready {address}")
                sys.stdout.flush()
                return
        time.sleep(0.05)


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(0)


@click.command()
def worker() -> None:
    """Harvest sources when they are due, keep projections and previews up to date, send letters, write dumps."""
    from api.data.dumps import nightly
    from api.pages.site import Pages
    from api.visitors import digests, hook_delivery
    from api.web.logs import log_to_stderr
    from harvesters.run.worker import run
    from registry.catalog import reminding
    from registry.catalog.organizations import take_in_city
    from registry.letters import sending
    from registry.preview import preparing
    from registry.settings import with_secret
    from registry.store.reserve import keep_reserve

    catalog, configured = opened()
    log_to_stderr(configured.debug, configured.log == "json")
    keep_reserve(configured.data)
    take_in_city(catalog)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    projector = threading.Thread(target=catalog.projector.run, args=(stop,), name="projector")
    projector.start()
    post = threading.Thread(target=sending.run, args=(catalog.outbox, configured, stop), name="letters")
    post.start()
    preview = partial(preparing.run, catalog.store, catalog.previews, configured, stop)
    threading.Thread(target=preview, name="previews", daemon=True).start()
    threading.Thread(target=nightly, args=(catalog, configured, stop), name="dumps", daemon=True).start()
    pages = Pages(catalog, with_secret(configured))
    threading.Thread(target=hook_delivery.run, args=(pages, stop), name="webhooks", daemon=True).start()
    digest = threading.Thread(target=digests.run, args=(pages, stop), name="digests")
    digest.start()
    threading.Thread(target=reminding.run, args=(catalog, stop), name="reminders", daemon=True).start()
    say("ready")
    try:
        run(catalog, configured, stop)
    finally:
        stop.set()
        projector.join(timeout=30)
        post.join(timeout=30)
        digest.join(timeout=30)


@click.command()
@as_json
def sync(json: bool) -> None:
    """Bring search index and other projections up to the last change."""
    catalog, _ = opened()
    with progress(lines=True) as report_progress:
        catalog.sync(progress=report_progress, only=tuple(catalog.projector.projections))
    _tell_state(catalog.projector.state(), json)


@click.command()
@as_json
def rebuild(json: bool) -> None:
    """Build search index and other projections from nothing; the store is not touched.

    Searches use the old ones meanwhile. If it is interrupted or killed, the next call goes on where it was.
    """
    catalog, _ = opened()
    with progress(lines=True) as report_progress:
        catalog.projector.rebuild(progress=report_progress)
    _tell_state(catalog.projector.state(), json)


def _tell_state(state: dict[str, Any], json: bool) -> None:
    if json:
        document(state)
        return
    for name, at in state["projections"].items():
        say(f"{name}: change {at['number']} of {state['store']['number']}")


@click.command()
@as_json
def upgrade(json: bool) -> None:
    """Bring the database to this version's tables."""
    from registry.build import upgrade as upgrade_all

    done = upgrade_all(settings())
    if json:
        before, after = ({name: versions[side] for name, versions in done.items()} for side in (0, 1))
        document({"before": before, "after": after})
    elif changed := {name: versions for name, versions in done.items() if versions[0] != versions[1]}:
        say("Upgraded " + ", ".join(f"{name} from {old} to {new}" for name, (old, new) in changed.items()) + ".")
    else:
        say("The tables are up to date.")
