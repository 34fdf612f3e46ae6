"""Runs the server: in this process, or in several that share one socket and one database, watched by this one."""

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from multiprocessing import parent_process, resource_tracker
from shutil import rmtree
from tempfile import TemporaryDirectory
from threading import Thread
from types import FrameType
from typing import Any

import uvicorn
from prometheus_client.multiprocess import mark_process_dead
from starlette.applications import Starlette
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from billhook.billing.workspace import open_workspace
from billhook.cli.frames import PacedWebSocket
from billhook.cli.logs import expect_the_end, expect_to_be_cut_off, start_logging
from billhook.cli.opening import installed_sources
from billhook.cli.requests import MOST_HEAD, PromptHTTP
from billhook.domain.errors import Misconfiguration
from billhook.http.app import create_app
from billhook.http.metrics import SHARED
from billhook.settings import Settings, read_settings

SECONDS_TO_FINISH = 10
"""How long requests that are under way may take when the server is told to stop."""
SECONDS_TO_CLOSE = 5
"""What a process takes besides, until it is gone."""
SECONDS_TO_ANSWER = 30
"""A worker that says nothing for so long is replaced."""
WORKER = f"{__name__}:worker"


def run_here(app: Starlette, listener: socket.socket, settings: Settings, told: Sequence[int] = ()) -> None:
    """Answer requests until told to stop, if that was not `told` before: requests under way are finished."""
    start_logging(settings)
    server = uvicorn.Server(uvicorn.Config(app, **_options(settings)))
    heed(server.handle_exit)
    if not told:
        server.run(sockets=[listener])


@contextmanager
def leaving_threads() -> Iterator[None]:
    """Leave the threads behind that go on after what is within has ended: one that reads for long, or was begun while the loop ended.

    Python would wait for them, for ever if need be. They get SECONDS_TO_CLOSE; what they had not committed is not there.
    """
    code = 1
    try:
        yield
        code = 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends as fast as it can
        Thread(target=_leave, args=[code], daemon=True).start()


def _leave(code: int) -> None:
    time.sleep(SECONDS_TO_CLOSE)
    os._exit(code)  # nothing is left to be done: what is printed and logged is flushed as it is written


def heed(told: Callable[[int, FrameType | None], object]) -> None:
    """Have a handler told of Ctrl-C, of SIGTERM, and of a terminal that is closed, unless that is ignored, as nohup does.

    A KeyboardInterrupt would be lost where Python calls back, as when it takes away what nobody needs any more.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


def told_to_stop() -> Sequence[int]:
    """Return what tells this process to stop from now on, as it comes, until a server listens itself."""
    told: list[int] = []
    heed(lambda number, _frame: told.append(number))
    return told


def run_workers(workers: int, listener: socket.socket, settings: Settings, told: Sequence[int] = ()) -> None:
    """Answer requests from several processes until told to stop, if that was not `told` before; one that dies is replaced.

    Exits with 3 when they cannot start.
    """
    start_logging(settings)
    config = uvicorn.Config(WORKER, factory=True, workers=workers, timeout_worker_healthcheck=SECONDS_TO_ANSWER, **_options(settings))
    with TemporaryDirectory(prefix="billhook-metrics-") as folder:
        os.environ[SHARED] = folder  # the workers, which inherit it, count in files there
        supervisor = _Supervisor(config, listener, folder)
        if not told:
            supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        sys.exit(STARTUP_FAILURE)


class _Supervisor(Multiprocess):
    """Watches the workers, and takes what a worker that has ended holds off the metrics: its connections, its subscriptions."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, folder: str) -> None:
        super().__init__(config, sockets=[listener])
        self._folder = folder
        self._running: set[int] = set()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        """Have the workers end at once: one that is being started would be waited for until it answers."""
        self.signal_queue.append(number)  # this may come at any moment: no more is done here than uvicorn does
        for pid in [process.pid for process in self.processes if process.pid is not None]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def init_processes(self) -> None:
        """Start the workers."""
        with _no_ctrl_c():
            super().init_processes()

    def join_all(self) -> None:
        """Wait for the workers to end, but not for ever."""
        ends = time.monotonic() + SECONDS_TO_FINISH + SECONDS_TO_CLOSE
        for process in self.processes:
            process.process.join(max(0, ends - time.monotonic()))
            if process.exitcode is None:
                process.kill()
        super().join_all()

    def keep_subprocess_alive(self) -> None:
        """Replace those that ended; this is called all the time. Who has ended is known by the end of its pipe, which must be its alone."""
        for process in self.processes:
            process.child_conn.close()
        super().keep_subprocess_alive()
        running = {process.pid for process in self.processes if process.pid is not None}
        for ended in self._running - running:
            mark_process_dead(ended, self._folder)  # type: ignore[no-untyped-call]  # it has no types
        self._running = running


@contextmanager
def _no_ctrl_c() -> Iterator[None]:
    """Put Ctrl-C off, here and in the workers that are started meanwhile: until they serve, it would end them with a trace."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # which would let Ctrl-C in again, once it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def worker() -> Starlette:
    """Return the application of one of several processes: the settings of the environment, and a workspace of its own."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])  # the server listens to it from here on
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        settings = read_settings()
        start_logging(settings)
        workspace = open_workspace(settings, installed_sources(settings))
    except Misconfiguration as error:
        # The parent could open it a moment ago: the others go on, and this one is started again.
        logging.getLogger("billhook").error("a worker cannot start: %s", error)  # noqa: TRY400 - the line says it all
        sys.exit(1)

    @asynccontextmanager
    async def closing(app: Starlette) -> AsyncIterator[None]:
        async with ending_subscriptions(app):
            yield
        workspace.engine.dispose()

    return create_app(workspace, lifespan=closing)


@asynccontextmanager
async def ending_subscriptions(app: Starlette) -> AsyncIterator[None]:
    """End the open subscriptions as soon as this process is told to stop: the server waits for their requests before it ends anything."""
    loop = asyncio.get_running_loop()
    before = {int(number): signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    told: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if told and number == signal.SIGINT:  # when the server waits for nobody
            expect_to_be_cut_off()
        told.append(number)
        expect_the_end()
        loop.call_soon_threadsafe(app.state.hub.close)
        server = before[number]  # the handler of uvicorn, which has put its own in place before the application begins
        if callable(server):
            server(number, frame)

    for number in before:
        signal.signal(number, stop)
    with suppress(asyncio.CancelledError):  # told twice, the server waits for nobody: that is no failure
        yield


def _end_with_parent() -> None:
    """Stop this worker as SIGTERM would, when the process that watches it is gone: else it would keep the port for ever.

    What the workers counted goes with them, as nobody else is left to take it away.
    """
    parent = parent_process()
    if parent is not None:
        parent.join()
        rmtree(os.environ[SHARED], ignore_errors=True)  # another worker may take it away at the same time
        os.kill(os.getpid(), signal.SIGTERM)


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "ws": PacedWebSocket,
        "ws_per_message_deflate": False,  # a kilobyte would become a megabyte, before anybody said who they are
        "ws_max_size": settings.max_body_bytes,
        "ws_ping_interval": settings.heartbeat,
        "http": PromptHTTP,  # of h11, which bounds the headers of a request; httptools takes any, and ever more slowly
        "h11_max_incomplete_event_size": MOST_HEAD,
        "log_config": None,
        "access_log": False,
        "proxy_headers": False,  # a header must not say where a request came from
        "server_header": False,
        "timeout_graceful_shutdown": SECONDS_TO_FINISH,
    }
