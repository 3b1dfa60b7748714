"""Names as another tool takes them, numbered where two would be one."""

import re
from itertools import chain, count


class Names:
    r"""What is given a name once keeps it.

    Parameters
    ----------
    strange
        A regular expression: what the tool does not take, in whose place `_` stands.
    between
        What stands between the parts of a name.

    Examples
    --------
    >>> names = Names(r"\W+", "_")
    >>> names.of("a", "b"), names.of("a:b"), names.of("a_b_2"), names.of("a", "b")
    ('a_b', 'a_b_2', 'a_b_2_2', 'a_b')
    """

    def __init__(self, strange: str, between: str) -> None:
        """Begin without any."""
        self._strange, self._between = re.compile(strange), between
        self._given: dict[tuple[str, ...], str] = {}

    def of(self, *parts: str) -> str:
        """Return the name of what has these parts."""
        if parts not in self._given:
            plain, taken = self._strange.sub("_", self._between.join(parts)), set(self._given.values())
            numbered = (f"{plain}_{number}" for number in count(2))
            self._given[parts] = next(name for name in chain([plain], numbered) if name not in taken)
        return self._given[parts]
