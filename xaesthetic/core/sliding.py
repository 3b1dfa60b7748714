"""How edits are done step by step, for the page's slider."""

from dataclasses import dataclass

from xaesthetic.core.errors import DataError

SLIDERS = ("beside", "inside")
"""Where the slider's pictures lie: in files beside the page, or inside it."""


@dataclass(frozen=True, slots=True)
class SliderOptions:
    """How edits are done step by step, for the page's slider."""

    steps: int = 6
    """How many amounts from 0 to 1, both of them among these."""
    subject: str = ""
    """`auto` where a network finds the subject of photographs that have no region."""

    def __post_init__(self) -> None:
        if type(self.steps) is not int or not 2 <= self.steps <= 21:
            raise DataError(f"the slider's steps are {self.steps!r}; a whole number from 2 to 21 was wanted.")
        if self.subject not in ("", "auto"):
            raise DataError(f"the slider's subject is {self.subject!r}; it is 'auto', or nothing.")
