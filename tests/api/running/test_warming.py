"""At its start a process asks for the frequent pages once, and nothing counts that.

Covers: api/running/warming.py
"""

from typing import Any

import pytest

from api.app import create_app
from api.pages.templates import environment
from api.running import warming
from api.running.warming import warm_up
from api.web.addresses import LANGS


def test_the_pages_are_found_and_their_templates_loaded(city: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[dict[str, Any]] = []

    async def noted(message: dict[str, Any]) -> None:
        answers.append(message)

    monkeypatch.setattr(warming, "_ignored", noted)
    app = create_app(city.catalog, city.settings)
    counted: list[object] = []

    async def middleware(scope: object, *_: object) -> None:
        counted.append(scope)

    app.middleware_stack = middleware
    warm_up(app, city.catalog)
    assert counted == []
    statuses = [message["status"] for message in answers if message["type"] == "http.response.start"]
    assert len(statuses) > 5
    assert len(statuses) == 1 + len(LANGS) * (2 + len(warming.KINDS))  # the sample city has a record of each kind
    assert set(statuses) == {200}
    assert environment("de").cache


def test_without_an_index_nothing_fails(city: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_catalog: Any) -> Any:
        raise ValueError

    monkeypatch.setattr(warming, "_paths", failing)
    warm_up(create_app(city.catalog, city.settings), city.catalog)
