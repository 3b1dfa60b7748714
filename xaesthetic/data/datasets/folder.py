"""A folder of one's own photographs."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import printable
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.core.votes import Votes
from xaesthetic.data.datasets._ratings import DECLARED, TABLE, read_declared, read_ratings
from xaesthetic.data.images import SUFFIXES
from xaesthetic.data.names import match_names
from xaesthetic.data.walk import walk

Ratings = Mapping[str, float]


@dataset()
def folder(root: Path | None = None) -> Iterator[Record | PassedOver | Attribute]:
    """Every photograph in a folder and the folders below it, in alphabetical order (name a folder with --data).

    Files whose names do not end like a photograph's, hidden ones, and folders that may not be entered are passed over and
    counted. A record's id is its path below the folder. Where people's ratings lie in it as `ratings.csv`, with an
    `attributes.toml` or without one, they are read as the data set `ratings` reads them.

    Parameters
    ----------
    root
        The folder.

    Raises
    ------
    DataError
        If it is not there, cannot be read or holds no photograph.
    """
    if root is None:
        raise DataError("data set 'folder' needs a folder: give its path, as in --data my/photos.")
    if not root.is_dir():
        raise DataError(f"{printable(root)}: {'a file, not a folder' if root.exists() else 'there is no such folder'}.")
    files = walk(root)
    if not files.photographs:
        passed = (
            f" {len(files.passed_over)} passed over, the first: {_first(files.passed_over)}." if files.passed_over else ""
        )
        raise DataError(
            f"{printable(root)}: no photograph in it; files that end in {', '.join(sorted(SUFFIXES))} are read.{passed}"
        )
    rated, votes = yield from _rated(root, tuple(files.photographs))
    for name, problem in files.photographs.items():
        identity = printable(Path(name))
        yield Record(
            identity, root / name, original=identity, problem=problem, ratings=rated.get(name, {}), votes=votes.get(name, {})
        )
    yield from (item for item in files.passed_over if item.name not in (TABLE, DECLARED))


def _rated(
    root: Path, photographs: Sequence[str]
) -> Generator[PassedOver | Attribute, None, tuple[dict[str, Ratings], dict[str, Mapping[str, Votes]]]]:
    """Give what is declared and what is passed over; return people's ratings by photograph, and the votes behind them."""
    if not (root / TABLE).is_file():
        return {}, {}
    try:
        declared = read_declared(root)
        table = read_ratings(root / TABLE, declared)
    except DataError as error:  # another program's table costs no photograph
        yield PassedOver(TABLE, f"not a table of ratings ({error})")
        return {}, {}
    yield from declared
    yield from table.passed_over
    rated: dict[str, Ratings] = {}
    votes: dict[str, Mapping[str, Votes]] = {}
    for name, match in match_names(table.ratings, photographs).items():
        if match.problem or match.file in rated:
            yield PassedOver(f"{TABLE}, {name!r}", match.problem or "a photograph that has ratings already")
        else:
            rated[match.file] = table.ratings[name]
            votes[match.file] = table.votes.get(name, {})
    return rated, votes


def _first(items: tuple[PassedOver, ...]) -> str:
    return f"{items[0].name}, {items[0].reason}"
