"""Photographs and what people gave them, as a table."""

from collections.abc import Iterator
from pathlib import Path

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import printable
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.datasets._ratings import TABLE, read_declared, read_ratings
from xaesthetic.data.locate import locate


@dataset()
def ratings(root: Path | None = None) -> Iterator[Record | PassedOver | Attribute]:
    """A CSV of ratings under any names: image, then a column for each attribute, or a row a vote (name it with --root).

    Or the long form: columns image, attribute and rating. With a column `rater` (worker, user, annotator, participant, …) in
    either form rows are single votes: their means are the ratings, and how many people gave them and how they differ is
    kept. In the long form without one every row is another person's vote.

    Images are paths relative to the table, or what of such a path another system has left. Empty cells are unknown. A file
    `attributes.toml` beside the table may declare titles, ranges and directions: `[beauty]`, then `title = "Beauty"`,
    `low = 1`, `high = 10`, `higher_is_better = true`, each of them optional; then only what it declares and AADB's names
    are attributes, and every other column is passed over.

    A name of AADB's whose ratings mostly lie beyond AADB's range (`light` from 1 to 5) is on another scale: no range is
    known then, and a column `dof` is PARA's attribute rather than AADB's `depth_of_field`; that is said.

    Parameters
    ----------
    root
        The table, or a folder with a `ratings.csv`; cells may be divided by commas, semicolons or tabs.

    Raises
    ------
    DataError
        If it is not there or not such a table.
    """
    if root is None:
        raise DataError("data set 'ratings' needs a table: --data ratings --root my/ratings.csv.")
    file = root / TABLE if root.is_dir() else root
    declared = read_declared(file.parent)
    yield from declared
    table = read_ratings(file, declared)
    yield from table.declared
    yield from table.passed_over
    seen: dict[str, str] = {}
    for name, place in locate(table.ratings, file.parent).items():
        key = str(place.path)
        if not place.problem and key in seen:
            yield PassedOver(name, f"the same file as {seen[key]!r}; the first row counts")
            continue
        seen[key] = name
        problem = f"{printable(file)}: {place.problem}" if place.problem else ""
        votes = table.votes.get(name, {})
        yield Record(place.id, place.path, original=place.id, ratings=table.ratings[name], problem=problem, votes=votes)
