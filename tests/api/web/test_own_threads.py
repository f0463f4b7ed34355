"""Work in threads of its own: few at a time, few that wait, the others are sent away at once."""

import asyncio
import threading

import pytest

from api.web.own_threads import OwnThreads
from api.web.session import TooManyError


def test_few_run_a_few_wait_and_the_next_is_sent_away() -> None:
    threads, go, running = OwnThreads(at_once=2, waiting=1), threading.Event(), []

    def job() -> int:
        running.append(threading.current_thread())
        go.wait(10)
        return len(running)

    async def ask() -> list[object]:
        waiting = [asyncio.create_task(threads.run(job)) for _ in range(3)]
        await asyncio.sleep(0.1)  # the event loop is free while they wait
        assert len(running) == 2
        with pytest.raises(TooManyError) as refused:
            await threads.run(job)
        assert refused.value.detail["seconds"] > 0
        go.set()
        return list(await asyncio.gather(*waiting))

    assert len(asyncio.run(ask())) == 3
    assert len(running) == 3
    assert asyncio.run(threads.run(lambda: "free again")) == "free again"


def test_what_the_job_raises_arrives_and_frees_its_place() -> None:
    threads = OwnThreads(at_once=1, waiting=0)

    def fail() -> None:
        raise KeyError("x")

    for _ in range(3):
        with pytest.raises(KeyError):
            asyncio.run(threads.run(fail))
