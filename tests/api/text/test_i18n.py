"""German is what stands in the templates; English comes from the catalogue."""

from api.text.i18n import marked, translator


def test_a_sentence_is_translated_and_an_unknown_one_stays() -> None:
    assert translator("de")("Startseite") == "Startseite"
    assert translator("en")("Themen") == "Topics"
    assert translator("en")("Das steht in keinem Katalog.") == "Das steht in keinem Katalog."
    assert marked("Themen") == "Themen"
