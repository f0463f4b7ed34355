import pytest

from registry.answers.answers import Answers
from tests.answered_city import answered_city


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Answers over the files of the demo; seven seconds of processor time, once for all tests of this folder."""
    return answered_city(tmp_path_factory.mktemp("answers"))
