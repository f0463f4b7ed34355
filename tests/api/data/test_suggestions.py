"""The list of words for a script that completes what is being typed."""

from starlette.testclient import TestClient


def test_words_come_with_their_hits_by_kind_and_the_address_of_the_search(browser: TestClient) -> None:
    suggestions = browser.get("/api/v1/suggest?q=rad&lang=en").json()["suggestions"]
    (network,) = [suggestion for suggestion in suggestions if suggestion["text"] == "Radwegenetz"]
    assert network == {
        "text": "Radwegenetz",
        "total": 1,
        "kinds": {"dataset": 1},
        "url": "/en/search?q=Radwegenetz",
    }
    assert browser.get("/api/v1/suggest?q=").json() == {"suggestions": []}
