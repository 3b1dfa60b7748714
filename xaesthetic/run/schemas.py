"""The tables of a run: their columns with data types and units. What a table's file holds is what its schema says."""

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

TYPES = {
    "text": pa.string(),
    "bytes": pa.binary(),
    "bool": pa.bool_(),
    "int": pa.int64(),
    "float": pa.float64(),
    "float32": pa.float32(),
    "floats": pa.list_(pa.float64()),
}
"""Data types by the names that schemas use; `floats` is a list of numbers in every row."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    dtype: str
    """A name in `TYPES`."""
    unit: str = ""
    """`px`, `share`, `rating`, `bits`, …; empty for names and for numbers without one."""
    about: str = ""
    """What it holds, in a sentence."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a run: where it lies, what it holds, and the command that makes it."""

    name: str
    """The file's path in the run folder without its suffix: `scores`, `summaries/leaderboard`."""
    columns: tuple[Column, ...]
    command: str
    """What makes it, for the error where it is missing: `xaesthetic score RUN --edits`; RUN stands for the folder."""
    about: str = ""
    key: tuple[str, ...] = ()
    """Columns that tell any two rows apart; none where rows may be alike."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def schema(self) -> pa.Schema:
        """Return the columns as Arrow has them, units and meanings as metadata."""
        fields = [
            pa.field(column.name, TYPES[column.dtype], metadata={"unit": column.unit, "about": column.about})
            for column in self.columns
        ]
        return pa.schema(fields)

    def to_arrow(self, frame: pd.DataFrame) -> pa.Table:
        """Convert a frame into the table; columns are put into order and cast.

        Raises
        ------
        ValueError
            If the columns are not those of the schema.
        """
        if set(frame.columns) != set(self.names):
            raise ValueError(f"{self.name}: columns {sorted(frame.columns)}, but {sorted(self.names)} were wanted.")
        return pa.Table.from_pandas(frame[list(self.names)], schema=self.schema(), preserve_index=False)


def _columns(text: str) -> tuple[Column, ...]:
    """Read `name type unit | name type | …`."""
    return tuple(Column(*part.split()) for part in text.split("|"))


def columns(names: str, *more: Column) -> tuple[Column, ...]:
    """Write columns in short.

    Parameters
    ----------
    names
        ``"image text | value float rating"``: name, data type and, where it has one, unit of each column.
    more
        Further columns, for those that need a sentence.

    Examples
    --------
    >>> [column.name for column in columns("image text | height int px")]
    ['image', 'height']
    """
    return (*_columns(names), *more)


_COMPARE = "xaesthetic compare"
_PLACE = "image text | model text | method text | attribute text"
_PLACED = ("image", "model", "method", "attribute")

RECORDS = Table(
    "records",
    columns(
        "id text | path text | original text | edit text | amount float share | subject text | ratings text | splits text"
        " | credit text | height int px | width int px | sha256 text | reason text"
    ),
    _COMPARE,
    "Every photograph; `reason` says why one was left out. `subject`, `ratings` and `splits` are JSON.",
    ("id",),
)
LEFT_OUT = Table(
    "left_out",
    columns("image text | stage text | reason text"),
    _COMPARE,
    "Photographs that were changed or gone while the run was under way, where there are any: the stage that could not use "
    "one, and why. What `predict` or `explain` left out is in none of the later results.",
    ("image", "stage"),
)
PASSED_OVER = Table(
    "passed_over",
    columns("name text | reason text"),
    _COMPARE,
    "Files, rows or tasks of the data that are no photographs to rate; only where there are any.",
)
VOTES = Table(
    "votes",
    columns("image text | attribute text | raters int | std float rating"),
    _COMPARE,
    "How many people stand behind a mean rating, and the standard deviation of what they gave (divided by their number); "
    "only where the data set says so.",
    ("image", "attribute"),
)
CATEGORIES = Table(
    "categories",
    columns("image text | category text"),
    _COMPARE,
    "What photographs show, in the data set's words; only where it says so.",
    ("image",),
)
SAME_MAPS = Table(
    "same_maps",
    columns("model text | method text | same_as text | factor float | difference float share"),
    _COMPARE,
    "Methods of a family (`--method all-cam`) whose maps are those of another, `same_as`, times `factor`: they are none of "
    "the run's methods then. `difference` is the largest in any map, relative to its largest value. Only where a family was "
    "chosen.",
    ("model", "method"),
)
ANNOTATIONS = Table(
    "annotations",
    columns(
        "image text | annotator text | attribute text | x floats px | y floats px | outside int | region bytes | reason text"
        " | sign text | extent text"
    ),
    _COMPARE,
    "What people looked at (`x`, `y`) or marked (`region`, a PNG), a row a person and photograph; `sign` says whether as "
    "raising or lowering the attribute where they were asked, `extent` is `nowhere` or `everywhere` where they said so "
    "instead of marking.",
)
PREDICTIONS = Table(
    "predictions",
    columns("image text | model text | attribute text | prediction float32 rating | raw float32"),
    _COMPARE,
    "`prediction` is the rating, `raw` the output that maps explain.",
    ("image", "model", "attribute"),
)
_ABOUT = Column("about", "text", about="The attribute that people were to look for or mark; empty where it was none.")
SCORES = Table(
    "scores",
    columns(f"{_PLACE} | metric text | value float", _ABOUT),
    "xaesthetic score RUN",
    key=(*_PLACED, "metric", "about"),
)
SCORES_BY_PERSON = Table(
    "scores_by_person",
    columns(f"{_PLACE} | metric text | value float | annotator text", _ABOUT),
    "xaesthetic score RUN --by-person",
    key=(*_PLACED, "metric", "annotator", "about"),
)
EDITS = Table(
    "edits",
    columns(
        "image text | edit text | attribute text | model text | method text | area float share | moved float | auc float"
        " | energy float share"
    ),
    "xaesthetic score RUN --edits",
    "`moved` is how much the raw output rose, times the edit's sign: positive is the right way; it is nan for floors, which "
    "ask no output and have no `attribute`. `auc` and `energy` are of "
    "the map's change, its absolute difference: how likely it is greater inside the changed region than outside, and what "
    "share of it lies inside, to be held against `area`, the region's share of the photograph.",
    (*_PLACED, "edit"),
)
EDIT_CONTROLS = Table(
    "edit_controls",
    columns("image text | change text | kind text | model text | attribute text | moved float"),
    "xaesthetic score RUN --edits",
    "`kind` is `edit`, of some attribute, or `control`, of none; `moved` is how much the raw output rose.",
    ("image", "change", "model", "attribute"),
)
FAITHFULNESS = Table(
    "faithfulness",
    columns(f"{_PLACE} | fill text | deletion float | insertion float | sensitivity float"),
    "xaesthetic score RUN --faithfulness",
    "`deletion` and `insertion` are mean raw outputs along the curves; `sensitivity` is captum's `sensitivity_max`, nan for "
    "orders without a map. A floor, which asks no output, has no `attribute`: its curves are means over all outputs.",
    (*_PLACED, "fill"),
)
BASELINE_OUTPUTS = Table(
    "baselines",
    columns("image text | model text | baseline text | attribute text | raw float | baseline_raw float"),
    "xaesthetic score RUN --faithfulness",
    "What the model makes of the photograph (`raw`) and of its baseline (`baseline_raw`): raw outputs.",
    ("image", "model", "baseline", "attribute"),
)
RANDOMISATION = Table(
    "randomisation",
    columns(f"{_PLACE} | shuffled text | r float"),
    "xaesthetic score RUN --randomise",
    "`shuffled` says which weights were, `r` is Pearson's correlation over the grid with the map of the learnt network. A "
    "floor, which asks no output, has no `attribute`.",
    (*_PLACED, "shuffled"),
)
BLOCKS = Table(
    "blocks",
    columns(
        "image text | model text | attribute text | block int | channels int | height int cells | width int cells"
        " | values floats | bias float"
    ),
    "xaesthetic reproduce",
    "`values` is Σ_k w_k f_k over the block's own channels, on its own grid, row by row; the means of all blocks' values "
    "and `bias`, which is the output's, sum to the raw output.",
    ("image", "model", "attribute", "block"),
)
PRECISION = Table(
    "precision",
    columns(f"{_PLACE} | rating float rating | full float rating | map float"),
    f"{_COMPARE} --precision bf16",
    "What bfloat16 or reduced decoding changes, on the first photographs: the ratings by both, and the largest difference "
    "of the two maps as a share of the largest value of the full one. Only where one of both is not full.",
    _PLACED,
)
ZEROS = Table(
    "zeros",
    columns("model text | attribute text | zero float"),
    f"{_COMPARE} --zero mean",
    "What counts as zero of a model's outputs (of its ratings where the run's maps are `of` ratings): of a photograph, or a "
    "mean. Only where the run's `zero` names one.",
    ("model", "attribute"),
)
_STEP = "image text | edit text | amount float share"
_STEPPED = ("image", "edit", "amount")
SLIDER = Table(
    "slider",
    columns(f"{_STEP} | model text | attribute text | prediction float32 rating | raw float32"),
    "xaesthetic score RUN --slider beside",
    "Ratings along an edit, from nothing (0) to all of it (1). The photograph itself has no `edit` and the amount 0; it "
    "stands at the beginning of every edit.",
    (*_STEPPED, "model", "attribute"),
)
SLIDER_MAPS = Table(
    "slider_maps",
    columns(
        f"{_STEP} | model text | method text | attribute text | height int cells | width int cells",
        Column("map", "bytes", about="float32, little endian, row by row: signed, un-normalised."),
    ),
    SLIDER.command,
    "The maps from the same passes as the ratings of `slider`. A floor, which asks no output, has no `attribute`.",
    (*_STEPPED, "model", "method", "attribute"),
)
SLIDER_PICTURES = Table(
    "slider_pictures",
    columns(
        _STEP,
        Column("subject", "text", about="Where the region is from: `drawn`, `marked` by people, or the network's name."),
        Column("jpeg", "bytes", about="The picture, 640 pixels on its longer side at most."),
        Column("region", "bytes", about="The subject as a PNG of that size, white; empty but for the photograph itself."),
    ),
    SLIDER.command,
    "The photographs of `slider`, edited, and the subject that the edits keep to.",
    _STEPPED,
)
TABLES = (
    RECORDS, LEFT_OUT, PASSED_OVER, VOTES, CATEGORIES, SAME_MAPS, ANNOTATIONS, PREDICTIONS, SCORES, SCORES_BY_PERSON, EDITS,
    EDIT_CONTROLS, FAITHFULNESS, BASELINE_OUTPUTS, RANDOMISATION, BLOCKS, PRECISION, ZEROS, SLIDER, SLIDER_MAPS,
    SLIDER_PICTURES,
)  # fmt: skip
"""The measurements of a run; its summaries are declared where they are computed (`xaesthetic.evaluation`)."""
