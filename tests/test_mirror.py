"""Whoever works in a room runs `pytest tests/<that room>`: each module has its test file there."""

from tests import mirror


def test_each_module_is_covered_by_a_test_file_in_the_folder_of_its_room() -> None:
    missing = mirror.uncovered(mirror.modules(), mirror.test_files())
    assert missing == [], "\n".join(missing)


def test_what_a_test_file_covers_exists() -> None:
    vanished = mirror.vanished(mirror.modules(), mirror.test_files())
    assert vanished == [], "\n".join(vanished)


def test_a_module_without_tests_and_a_name_without_module_are_found() -> None:
    tests = {
        "tests/vocab/test_a.py": '"""Text.\n\nCovers: vocab/b.py,\nvocab/gone.py\n"""',
        "tests/api/test_x.py": '"""Covers: vocab/c.py"""',
    }
    modules = {"vocab/a.py", "vocab/b.py", "vocab/c.py", "api/x.py"}
    (missing,) = mirror.uncovered(modules, tests)
    assert missing.startswith("vocab/c.py: write tests/vocab/test_c.py, or")
    (vanished,) = mirror.vanished(modules, tests)
    assert "vocab/gone.py" in vanished
