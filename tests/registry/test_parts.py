"""Elements in lists of a size."""

from registry.parts import parts


def test_elements_come_in_their_order_in_lists_of_a_size() -> None:
    assert list(parts(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(parts("ab", 2)) == [["a", "b"]]
    assert list(parts((), 2)) == []


def test_no_element_is_taken_before_its_part_is_wanted() -> None:
    numbers = iter(range(10))
    assert next(parts(numbers, 3)) == [0, 1, 2]
    assert next(numbers) == 3
