"""Which models of a table learnt from photographs of its data set, and which from others."""

from collections.abc import Mapping
from pathlib import Path

from xaesthetic.core.seen import seen_among
from xaesthetic.data.records import file_sum, find_records, whole_name


def learnt_elsewhere(packed: Mapping[str, str], data: str, root: Path | None) -> frozenset[str]:
    """Return the models that list no photograph of a data set as one that they learnt from.

    Parameters
    ----------
    packed
        By model, what it lists (`xaesthetic.core.seen`); empty where it lists nothing.
    data, root
        The data set; all its lists count.

    Raises
    ------
    DataError
        If there is no such data set, or a list is damaged.
    """
    sums = (
        {record.id: file_sum(record.path) for record in find_records(whole_name(data), root)} if any(packed.values()) else {}
    )
    return frozenset(key for key, item in packed.items() if not (item and seen_among(item, sums, key)))
