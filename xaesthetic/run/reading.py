"""A run's tables as they are read: whole, some rows of them, or photograph by photograph."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from xaesthetic.core.attributes import in_order
from xaesthetic.core.types import Record
from xaesthetic.run import partition
from xaesthetic.run.folder import UNFINISHED, RunFolder
from xaesthetic.run.groups import Group
from xaesthetic.run.photographs import Photographs, find_photographs, read_photographs
from xaesthetic.run.schemas import LEFT_OUT, PREDICTIONS, RECORDS, Table
from xaesthetic.run.tables import read_table, validate_members, validate_names
from xaesthetic.run.versions import completed, find_table


@dataclass(frozen=True, slots=True)
class RunTables(RunFolder):
    """A run folder whose tables are read."""

    # -- tables ------------------------------------------------------------------------------------------------------

    def read(self, table: Table, everything: bool = False) -> pd.DataFrame:
        """Read a table whose checksum holds.

        Parameters
        ----------
        table
            Its schema.
        everything
            Whether rows of photographs that were left out later are read too.

        Raises
        ------
        DataError
            If it is missing or damaged, or its rows are not what its schema says, of another photograph or of another
            model; says which command makes it.
        """
        file = self.file(table)
        frame = read_table(file, table)
        if table not in (RECORDS, LEFT_OUT) and "image" in table.names and self.has(RECORDS):
            validate_members(file, table, frame, set(self.images()), self.model_keys())
            left_out = () if everything else self._unusable()
            frame = frame[~frame["image"].isin(left_out)].reset_index(drop=True) if left_out else frame
        return frame

    def rows(self, table: Table, images: Collection[str], *names: str) -> pd.DataFrame:
        """Read the rows of some photographs; a row group at a time is in memory, and most are passed over.

        Parameters
        ----------
        table
            Its schema, which has a column ``image``.
        images
            Ids; those that were left out later have no rows.
        names
            The columns; all where none is named.

        Raises
        ------
        DataError
            If it is missing or damaged, or one of these rows is of another model.
        """
        groups = tuple(self.groups(table))
        if _are_few(groups):
            frame = self.read(table)
            frame = frame[frame["image"].isin(images)].reset_index(drop=True)
            return frame[list(names)] if names else frame
        wanted = pa.array(sorted(set(images) - self._unusable().keys()), pa.string())
        parts = [group.read_of("image", wanted, *names) for group in groups]
        frame = pa.concat_tables([part for part in parts if len(part)] or parts[:1]).to_pandas()
        frame = frame if names else completed(table, frame)
        validate_members(find_table(self.root, table.name), table, frame, images, self.model_keys())
        return frame

    def frames(self, table: Table) -> Iterator[pd.DataFrame]:
        """Give all rows of a table of photographs, a row group at a time; those that were left out later have none.

        Raises
        ------
        DataError
            As `rows`.
        """
        groups = tuple(self.groups(table))
        if _are_few(groups):
            yield self.read(table)
            return
        gone = self._unusable()
        for group in groups:
            frame = completed(table, group.read().to_pandas())
            validate_members(group.file, table, frame, set(frame["image"]), self.model_keys())
            yield frame[~frame["image"].isin(gone)].reset_index(drop=True) if gone else frame

    def rated_attributes(self) -> tuple[str, ...]:
        """Return the attributes that stand in the predictions, in the vocabulary's order; then those that it has not."""
        names: dict[str, None] = {}
        for group in self.groups(PREDICTIONS):
            names |= dict.fromkeys(group.read("attribute").column("attribute").unique().to_pylist())
        validate_names(find_table(self.root, PREDICTIONS.name), PREDICTIONS, names)
        return in_order(names)

    # -- photographs -------------------------------------------------------------------------------------------------

    def photographs(self, everything: bool = False) -> Photographs:
        """Return the photographs that can be used, in the data set's order, each read when it is needed.

        Parameters
        ----------
        everything
            Whether photographs that were left out later are among them.

        Raises
        ------
        DataError
            If the table is missing or damaged; when one is read, if it names a file outside of what the experiment is about.
        """
        return find_photographs(self, () if everything else self._unusable())

    def records(self, everything: bool = False) -> list[Record]:
        """Return the same as a list: all are in memory.

        Raises
        ------
        DataError
            If the table is missing or damaged, or names a file outside the folder that the experiment is about.
        """
        return list(self.photographs(everything))

    def records_of(self, images: Collection[str]) -> list[Record]:
        """Return some photographs, those that can be used, in the data set's order.

        Parameters
        ----------
        images
            Ids.

        Raises
        ------
        DataError
            As `records`, as far as these photographs go.
        """
        return read_photographs(self, images, self._unusable())

    def images(self) -> list[str]:
        """Return the ids of the photographs that could be used at first, in the data set's order."""
        known = (group.read("id", "reason") for group in self.groups(RECORDS))
        return [
            image for part in known for image in part.filter(pc.equal(part.column("reason"), "")).column("id").to_pylist()
        ]

    def left_out_photographs(self) -> dict[str, str]:
        """Return why photographs were left out, by their ids: at first, or when they were changed or gone later."""
        reasons: dict[str, str] = {}
        for group in self.groups(RECORDS):
            part = group.read("id", "reason")
            part = part.filter(pc.not_equal(part.column("reason"), ""))
            reasons |= dict(zip(part.column("id").to_pylist(), part.column("reason").to_pylist(), strict=True))
        return reasons | self._later()

    def _later(self, *stages: str) -> dict[str, str]:
        if not self.has(LEFT_OUT):
            return {}
        table = self.read(LEFT_OUT)
        table = table[table["stage"].isin(stages)] if stages else table
        return dict(zip(table["image"], table["reason"], strict=True))

    def _unusable(self) -> dict[str, str]:
        return self._later(*UNFINISHED)

    def sizes(self, images: Collection[str] | None = None) -> dict[str, tuple[int, int]]:
        """Return usable photographs' (height, width) in pixels.

        Parameters
        ----------
        images
            Ids; all where None.
        """
        names = ("id", "height", "width", "reason")
        if images is None:
            table = self.read_columns(RECORDS, *names)
        else:
            wanted = pa.array(sorted(set(images)), pa.string())
            table = pa.concat_tables([group.read_of("id", wanted, *names) for group in self.groups(RECORDS)]).to_pandas()
        table = table[table["reason"] == ""]
        rows = zip(table["id"], table["height"], table["width"], strict=True)
        return {str(image): (int(height), int(width)) for image, height, width in rows}


def _are_few(groups: Sequence[Group]) -> bool:
    """Whether a table is read whole, and all of it validated."""
    return sum(group.count for group in groups) <= partition.GROUP_ROWS
