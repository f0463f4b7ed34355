"""Settings and the city's description.

Covers: registry/city.py
"""

import stat

import pytest

from registry.city import city
from registry.errors import UsageError
from registry.settings import Settings, load, with_secret


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "lotse.toml").write_text('base_url = "https://file.example"\nallow_hosts = ["a.example"]\n')
    settings = load({"LOTSE_DATA": str(tmp_path), "LOTSE_BASE_URL": "https://env.example/"})
    assert settings.base_url == "https://env.example"
    assert settings.allow_hosts == ("a.example",)


def test_lists_may_be_given_with_commas(tmp_path):
    assert load({"LOTSE_DATA": str(tmp_path), "LOTSE_SECRET": "new, old"}).secret == ("new", "old")


def test_an_unknown_name_is_refused_with_the_nearest_known_one(tmp_path):
    with pytest.raises(UsageError, match="LOTSE_BASE_URI.*LOTSE_BASE_URL"):
        load({"LOTSE_DATA": str(tmp_path), "LOTSE_BASE_URI": "x"})
    (tmp_path / "lotse.toml").write_text('serch = "x"\n')
    with pytest.raises(UsageError, match="serch.*search"):
        load({"LOTSE_DATA": str(tmp_path)})


def test_a_file_that_is_no_toml_is_refused_by_name(tmp_path):
    (tmp_path / "lotse.toml").write_text("base_url =")
    with pytest.raises(UsageError, match="lotse.toml"):
        load({"LOTSE_DATA": str(tmp_path)})


@pytest.mark.parametrize(
    "tiles", ["https://karte.example/{z}/{x}.png", "https://karte.example/{z}/{x}/{y}/{k}.png", "ftp://a/{z}{x}{y}"]
)
def test_tiles_need_an_address_with_three_numbers_and_a_credit(tmp_path, tiles):
    with pytest.raises(UsageError, match="LOTSE_TILES"):
        load({"LOTSE_DATA": str(tmp_path), "LOTSE_TILES": tiles, "LOTSE_TILES_CREDIT": "Amt"})
    right = {"LOTSE_DATA": str(tmp_path), "LOTSE_TILES": "https://karte.example/{z}/{x}/{y}.png"}
    with pytest.raises(UsageError, match="LOTSE_TILES_CREDIT"):
        load(right)
    assert load({**right, "LOTSE_TILES_CREDIT": "Amt"}).tiles_credit == "Amt"
    assert load({"LOTSE_DATA": str(tmp_path)}).tiles == ""


def test_the_secret_is_made_once_and_is_nobody_elses_business(tmp_path):
    settings = load({"LOTSE_DATA": str(tmp_path / "new")})
    first, second = with_secret(settings), with_secret(settings)
    assert first.secret == second.secret
    assert len(first.secret[0]) > 40
    assert stat.S_IMODE((tmp_path / "new" / "secret").stat().st_mode) == 0o600


def test_the_city_says_who_it_is_and_nothing_is_invented(tmp_path):
    (tmp_path / "city.toml").write_text('name = "Heidelberg"\n[title]\nde = "Daten und Projekte"\n')
    here = city(Settings(city=tmp_path))
    assert (here.name, here.title, here.licence) == ("Heidelberg", {"de": "Daten und Projekte"}, "")
    assert here.districts is None
    assert city(Settings()).name == ""


def test_a_misspelt_key_of_the_city_is_refused(tmp_path):
    (tmp_path / "city.toml").write_text('licenc = "x"\n')
    with pytest.raises(UsageError, match="licenc.*licence"):
        city(Settings(city=tmp_path))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOTSE_BASE_URL", "nonsense"),
        ("LOTSE_BASE_URL", "https://lotse.example/?x=1"),
        ("LOTSE_PROXY", "foo"),
        ("LOTSE_SEARCH", "solr"),
        ("LOTSE_SEARCH", ","),
        ("LOTSE_SEARCH", "https://one.example:92000"),
        ("LOTSE_SEARCH", "https://one.example:9200, two.example:9200"),
        ("LOTSE_SEARCH_REPLICAS", "-1"),
        ("LOTSE_SEARCH_CA_FILE", "/gibt/es/nicht.pem"),
        ("LOTSE_DATABASE", "mysql://localhost/lotse"),
        ("LOTSE_CA_FILE", "/gibt/es/nicht.pem"),
    ],
)
def test_a_value_that_could_only_fail_later_is_refused_by_name(tmp_path, name, value):
    with pytest.raises(UsageError, match=name):
        load({"LOTSE_DATA": str(tmp_path), name: value})


def test_a_name_that_is_like_none_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(UsageError, match="LOTSE_BASE_URL.*LOTSE_SEARCH"):
        load({"LOTSE_DATA": str(tmp_path), "LOTSE_XQZ": "x"})


def test_elasticsearch_may_have_several_nodes(tmp_path):
    nodes = "https://one.example:9200, https://two.example:9200, https://one.example:9200/"
    settings = load({"LOTSE_DATA": str(tmp_path), "LOTSE_SEARCH": nodes, "LOTSE_SEARCH_REPLICAS": "2"})
    assert settings.search_addresses == ("https://one.example:9200", "https://two.example:9200")
    assert settings.search_replicas == 2
    assert load({"LOTSE_DATA": str(tmp_path)}).search_addresses == ()
