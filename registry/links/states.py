"""The states of an address. Pure and without imports of ours, so that the help of `lotse links` loads nothing else."""

from typing import Final, Literal, get_args

State = Literal["unknown", "ok", "failing", "broken"]
STATES: Final[tuple[State, ...]] = get_args(State)
