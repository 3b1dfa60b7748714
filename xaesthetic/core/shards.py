"""Shards: parts of an experiment's photographs, in whole batches, because a network's last bits depend on them."""

import re
from dataclasses import dataclass

from xaesthetic.core.errors import DataError

_SHARD = re.compile(r"([1-9][0-9]{0,6})/([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several shards; the first has the number 1."""

    number: int
    count: int

    @staticmethod
    def parse(text: object) -> "Shard":
        """Read ``3/20``.

        Raises
        ------
        DataError
            If it is none.

        Examples
        --------
        >>> Shard.parse("3/20")
        Shard(number=3, count=20)
        """
        match = _SHARD.fullmatch(text) if isinstance(text, str) else None
        if match is None or int(match[1]) > int(match[2]):
            raise DataError(f"the experiment's shard is {text!r}; one of 1/N to N/N was wanted, as '3/20'.")
        return Shard(int(match[1]), int(match[2]))

    def places(self, length: int, batch: int) -> slice:
        """Return which of so many photographs are this shard's: batches next to one another.

        Parameters
        ----------
        length
            How many photographs there are.
        batch
            How many a network takes at once.

        Raises
        ------
        DataError
            If there are more shards than batches.

        Examples
        --------
        >>> [Shard(number, 3).places(20, 4) for number in (1, 2, 3)]
        [slice(0, 4, None), slice(4, 12, None), slice(12, 20, None)]
        """
        batches = -(-length // batch)
        if self.count > batches:
            raise DataError(
                f"{length} photographs are {batches} batches of {batch}, too few for {self.count} shards; ask for at most "
                f"{batches} shards, or for a smaller --batch."
            )
        first, last = ((self.number - 1) * batches // self.count, self.number * batches // self.count)
        return slice(first * batch, min(last * batch, length))
