"""How a table of ratings is laid out: a row a photograph, a row for each rater, or a row for each single rating."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core.delimited import Delimited
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.data.images import SUFFIXES

IMAGE = (
    "image", "imagefile", "image_file", "image file", "imagename", "image_name", "image name", "imgname", "img_name", "img",
    "imageid", "image_id", "image id", "filename", "file_name", "file name", "file", "path", "filepath", "file_path",
    "image_path", "photograph", "photo", "picture", "name", "id",
)  # fmt: skip
RATER = (
    "rater", "raterid", "rater_id", "rater id", "worker", "workerid", "worker_id", "user", "userid", "user_id", "annotator",
    "annotatorid", "annotator_id", "participant", "participantid", "participant_id", "observer", "observer_id", "judge",
    "subject", "subject_id", "person", "respondent",
)  # fmt: skip
ATTRIBUTE = ("attribute", "attr", "dimension", "criterion", "aspect", "trait", "question", "item")
VALUE = ("rating", "score", "value", "vote", "stars", "points", "answer", "response")
KNOWN = (*IMAGE, *RATER, *ATTRIBUTE, *VALUE)
"""The names of columns that say how a table is laid out, in any case."""


@dataclass(frozen=True, slots=True)
class Form:
    """Where a table has what."""

    image: str
    rater: str | None = None
    """Who rated; None where every photograph has one row, or nobody is named."""
    attribute: str | None = None
    """What is rated, in the long form: a row for each single rating; None where every attribute has its column."""
    value: str | None = None
    """The rating, in the long form."""

    @property
    def single(self) -> bool:
        """Whether a row holds one vote of one person, so that a photograph has several rows."""
        return self.rater is not None or self.attribute is not None

    @property
    def taken(self) -> frozenset[str | None]:
        """The columns that are no ratings."""
        return frozenset((self.image, self.rater, self.attribute, self.value))


def find_form(table: Delimited) -> Form:
    """Say how a table of ratings is laid out, by the names of its columns.

    Raises
    ------
    DataError
        If no column names photographs.
    """
    image = table.find_column(*IMAGE) or _column_of_files(table)
    if image is None:
        raise DataError(f"{printable(table.path)}: has no column image; it has {', '.join(table.columns)[:200]}.")
    attribute, value = (_other(table, names, image) for names in (ATTRIBUTE, VALUE))
    rater = _other(table, RATER, image)
    if attribute is None or value is None:
        return Form(image, rater)
    return Form(image, rater, attribute, value)


def _other(table: Delimited, names: tuple[str, ...], image: str) -> str | None:
    column = table.find_column(*names)
    return None if column == image else column


def _column_of_files(table: Delimited) -> str | None:
    """Return the column whose cells end like photographs' files, whatever it is called."""
    rows = [row.cells for row in table.rows if not row.problem]
    return next((column for column in table.columns if rows and all(_is_file(cells, column) for cells in rows)), None)


def _is_file(cells: Mapping[str, str], column: str) -> bool:
    return Path(cells[column].replace("\\", "/")).suffix.lower() in SUFFIXES
