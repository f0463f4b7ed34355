"""Links that somebody refused."""

from pathlib import Path

import sqlalchemy as sa

from registry.people.refused_links import open_refused_links, rename_refusals
from registry.store.database import connect, writing


def test_a_refusal_is_kept_once_and_taken_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lotse.db'}"
    refused = open_refused_links(url)
    for target in ("amt", "fest", "amt"):
        refused.refuse("bruecke", target, "lotsin")
    assert set(refused.of("bruecke")) == {"amt", "fest"}
    assert refused.of("anderes") == {}
    with writing(connect(url)) as connection:
        rename_refusals(connection, "lotsin", "#3")
        assert connection.execute(sa.text("SELECT DISTINCT by FROM refused_links")).scalars().all() == ["#3"]
    refused.allow("bruecke", "amt")
    assert set(refused.of("bruecke")) == {"fest"}
