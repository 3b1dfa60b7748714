"""The values that travel between the stages: frozen, without behaviour, without torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType

import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from xaesthetic.core.errors import DataError
from xaesthetic.core.places import Place
from xaesthetic.core.shards import Shard
from xaesthetic.core.sliding import SLIDERS
from xaesthetic.core.targets import DIRECTIONS, SCALES, validate_zero_choice
from xaesthetic.core.votes import Votes

Pixels = UInt8[np.ndarray, "_h _w 3"]
"""A decoded photograph of (height, width): sRGB, upright, 0 to 255."""
Rgb = Float32[np.ndarray, "h w 3"]
"""The same as numbers to calculate with: sRGB, 0 to 1."""
Mask = Bool[np.ndarray, "h w"]
"""A region of a photograph, in image pixels."""
Map = Float[np.ndarray, "h w"]
"""A saliency map in image pixels: any finite values, higher is more."""
Points = Float[np.ndarray, "_n 2"]
"""(x, y) in image pixels, origin at the corner of the upper left pixel."""
Polygon = tuple[tuple[float, float], ...]
"""Corners (x, y) in image pixels, origin at the top left."""

PRECISIONS = ("full", "bf16")
"""What a network computes in: float32, or bfloat16 where torch's autocast says so; maps and outputs are float32 anyway."""

STORES = ("float32", "float16")
"""What maps are kept in; they are read as float32 anyway."""
DECODES = ("full", "reduced")
"""At which scale JPEGs are decoded: their own, or the least of a half, a quarter and an eighth that is not smaller than what
models take, which changes pixels."""


@dataclass(frozen=True, slots=True)
class EditStep:
    """One controlled edit of a photograph: which one (a name in `xaesthetic.data.edits.EDITS`) and how much, in (0, 1]."""

    name: str
    amount: float


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one person looked at, or marked, in one photograph."""

    annotator: str
    attribute: str = ""
    """What they were asked about; empty where it stands for all."""
    fixations: tuple[tuple[float, float], ...] = ()
    """Points (x, y) in image pixels, where they were watched."""
    region: bytes = b""
    """A PNG of the photograph's size, not 0 where they marked it; empty where they were watched."""
    problem: str = ""
    """Why it cannot be used, where the data set has found that out."""
    sign: str = ""
    """Whether they marked what raises the attribute or what lowers it (`xaesthetic.core.sides`); empty where neither was
    asked."""
    extent: str = ""
    """`nowhere` or `everywhere` where they said so instead of marking a region; empty elsewhere."""


@dataclass(frozen=True, slots=True)
class Record:
    """One photograph of a data set, or one edited version of it."""

    id: str
    """Unique in its data set."""
    path: Place
    """The file; or a tar's member, or an address."""
    original: str
    """The id of the photograph that this is a version of; its own id where it is none."""
    edit: EditStep | None = None
    """What is done to the pixels after decoding."""
    subject: tuple[Polygon, ...] = ()
    """The subject's outline in the unedited photograph; empty where it is not known."""
    ratings: Mapping[str, float] = field(default_factory=dict)
    """HumanMaps's ratings, by attribute, where the data set has them."""
    splits: Mapping[str, int] = field(default_factory=dict)
    """The published lists that it is in (`train`, `validation`, `test`, …) each with its row there, from 0."""
    annotations: tuple[Annotation, ...] = ()
    """What people looked at or marked in it."""
    credit: str = ""
    """Who made the photograph and its licence."""
    problem: str = ""
    """Why it cannot be used, in the data set's words, where that has found it out: no file is opened then."""
    sha256: str = ""
    """The file's, where it is known: another file is refused when it is read; empty where it is not."""
    votes: Mapping[str, Votes] = field(default_factory=dict)
    """What stands behind the ratings, by attribute, where the data set has it: how many people, and how they differ."""
    group: str = ""
    """What it shares with others, which no fold may tear apart: a session, a maker; empty where it stands alone."""
    category: str = ""
    """What it shows, in the data set's word for it; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file, row or task of a data set that is no photograph to rate, and why; counted and said, never an error."""

    name: str
    """Which one: a path below the data's folder, a line of a table."""
    reason: str
    """Why, in words that its like share: they are counted by it."""


@dataclass(frozen=True, slots=True, eq=False)
class HumanMap:
    """What people looked at, or marked, in one photograph; all in its pixels."""

    density: Map
    """Where people's attention was: their fixations blurred, or the share of annotators who marked a pixel."""
    fixations: Points = field(default_factory=lambda: np.empty((0, 2)))
    """Where they looked, all of them; empty where they marked regions instead."""
    mask: Mask | None = None
    """What more than half of the annotators marked; None where they were watched instead."""
    others: Points = field(default_factory=lambda: np.empty((0, 2)))
    """Where people looked in other photographs, scaled to this one."""
    baseline: Map | None = None
    """Where people look in any photograph: what `information_gain` is measured against; None for everywhere alike."""
    signed: Map | None = None
    """The share of annotators who marked a pixel as raising less the share who marked it as lowering, in [-1, 1]; None
    where they were not asked for both. All else is empty then."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How a photograph becomes a network's input: squashed to `size`, then (channel * scale / 255 - mean) / std.

    Declared, never coded in a plug-in, so that every map can be carried back to image pixels.
    """

    size: tuple[int, int]
    """(height, width) in pixels."""
    mean: tuple[float, float, float] | Float32[np.ndarray, "3 h w"]
    """Subtracted after scaling, in the network's own channel order: a colour, or an image of the input's size."""
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Divides last, in the network's own channel order."""
    scale: float = 255.0
    """What white becomes: 255 or 1 in every published network."""
    bgr: bool = False
    """Whether the network takes blue, green, red."""
    resample: str = "bilinear"
    """Antialiased `bilinear` or `bicubic`, or `nearest`."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model comes from, as every figure and table that shows it says."""

    citation: str
    """Paper, and where the weights were published."""
    licence: str
    trained: str
    """On what, in the words for a figure's caption, for example `trained on edits, not on ratings`."""
    files: Mapping[str, str]
    """The sha256 of every weight file, by file name."""
    untrained: tuple[str, ...] = ()
    """Outputs that no rating ever moved: their maps show what a map shows without learning."""
    seen: str = ""
    """The photographs that it was trained or selected on (`xaesthetic.core.seen`); empty where they are not listed."""
    specificity_null: Mapping[str, float] = field(default_factory=dict, kw_only=True)
    """How alike the maps of two attributes are where heads are fitted to permuted ratings (Pearson's r): by the two names
    (`light, color`), or under no name for all pairs; empty where that is not known."""
    fitted_edits: tuple[str, ...] = field(default=(), kw_only=True)
    """The kinds of controlled edits that it was fitted on, as `attribute: edit`; empty where none, or that is not known."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """The question that a run answers. Two runs with equal experiments give the same bytes."""

    data: str
    """A data set's name, or a folder of photographs."""
    root: str | None
    """Where the data set's files lie, where it needs that."""
    models: tuple[str, ...]
    """Names; `name=folder` for weights of one's own."""
    methods: tuple[str, ...]
    attributes: tuple[str, ...]
    pick: int | None
    """How many of the highest and of the lowest are explained, by the first model; None explains all."""
    seed: int = 0
    batch: int = 8
    device: str = "cpu"
    inputs: Mapping[str, str] = field(default_factory=dict)
    """What tells these inputs from others: the sha256 of the list of photographs and of weights of one's own."""
    precision: str = "full"
    """A name in `PRECISIONS`."""
    photographs: tuple[str, ...] = ()
    """Files and folders, where they are named one by one; `data` is but a title then."""
    identities: Mapping[str, str] = field(default_factory=dict)
    """The models that were handed over as objects, which no name can load: the sha256 of each, by its name."""
    target: str = "up"
    """What maps explain: what raises an output, or what lowers it (a name in `xaesthetic.core.targets.DIRECTIONS`)."""
    of: str = "raw"
    """The output before its link, or the rating behind it (a name in `xaesthetic.core.targets.SCALES`)."""
    zero: str = ""
    """What counts as zero (`xaesthetic.core.targets.ZEROS`, or `photo:FILE`); 0 where empty. It changes no map."""
    beyond: str = ""
    """An attribute of every model: what is rated and explained is what others have beyond it; empty for themselves."""
    shard: str = ""
    """`3/20` for the third of twenty parts of the photographs, in whole batches; all of them where empty."""
    store: str = "float32"
    """What maps are kept in (a name in `STORES`); those that float16 would change too much are float32 all the same."""
    decode: str = "full"
    """A name in `DECODES`."""

    def __post_init__(self) -> None:
        """Take one name for several and lists for tuples, as they are easily written; refuse what is neither."""
        for key in ("models", "methods", "attributes", "photographs"):
            names: object = getattr(self, key)
            names = str(names) if isinstance(names, Path) else names
            several = (names,) if isinstance(names, str) else tuple(names) if isinstance(names, (list, tuple)) else None
            if several is not None and key == "photographs":
                several = tuple(str(name) if isinstance(name, Path) else name for name in several)
            if several is None or not all(isinstance(name, str) for name in several):
                raise DataError(f"the experiment's {key} are {names!r}; names were wanted, as ('one', 'two').")
            object.__setattr__(self, key, several)
        for key in ("data", "root"):
            place: object = getattr(self, key)
            if not isinstance(place, (str, Path, NoneType)) or (place is None and key == "data"):
                raise DataError(f"the experiment's {key} is {place!r}; a name or a folder was wanted.")
            object.__setattr__(self, key, None if place is None else str(place))
        if self.precision not in PRECISIONS:
            raise DataError(f"the experiment's precision is {self.precision!r}; {' or '.join(PRECISIONS)} was wanted.")
        for key, known in (("target", DIRECTIONS), ("of", SCALES), ("store", STORES), ("decode", DECODES)):
            if getattr(self, key) not in known:
                raise DataError(f"the experiment's {key} is {getattr(self, key)!r}; {' or '.join(known)} was wanted.")
        validate_zero_choice(self.zero)
        if self.shard != "":
            Shard.parse(self.shard)
        if not isinstance(self.beyond, str):
            raise DataError(f"the experiment's beyond is {self.beyond!r}; an attribute's name was wanted, as 'overall'.")
        for key, least in (("pick", 1), ("batch", 1), ("seed", None)):
            number: object = getattr(self, key)
            whole = type(number) is int and (least is None or number >= least)
            if not whole and not (key == "pick" and number is None):
                raise DataError(f"the experiment's {key} is {number!r}; a whole number{' from 1' * bool(least)} was wanted.")

    @property
    def given_up(self) -> str:
        """Return what is not in full for speed; empty where all is: full precision, of photographs at their own scale."""
        decoding = f"{self.decode} decoding" if self.decode != DECODES[0] else ""
        return " and ".join(filter(None, ("" if self.precision == PRECISIONS[0] else self.precision, decoding)))


FORMATS = ("png", "pdf", "svg")
CMAPS = ("viridis", "cividis", "magma", "inferno", "plasma")
"""Colour scales that are perceptually uniform: equal steps of a map look equally large, also in grey."""
STYLES = ("paper", "slides", "dark")


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How figures are drawn; every report takes them and may pass over what does not concern it."""

    scale: str = "per_map"
    """Whether a map's colours go from its own lowest to its own highest value (`per_map`) or from the lowest to the
    highest of all maps of its row (`shared`)."""
    attributes: tuple[str, ...] = ()
    """Which attributes are drawn; all of the run where empty."""
    columns: int = 2
    """Of a two-column paper: figures are as wide as both (2) or as one (1). `approach` and `rating_form` are always as wide
    as both."""
    fade: bool = True
    """Whether maps fade to grey where their sign is not stable; only those that there are refits for."""
    slider: str = "beside"
    """Where the pictures of the edit slider go, in a run that has one: in files `beside` the page, or `inside` it."""
    formats: tuple[str, ...] = ("png", "pdf")
    """Which files a figure is written into: `png`, `pdf`, `svg`."""
    dpi: int = 300
    """Dots an inch of pictures."""
    cmap: str = "viridis"
    """The colours of maps: one of `CMAPS`."""
    style: str = "paper"
    """What figures are for: `paper`; `slides`, a narrow figure whose letters are large against its pictures; `dark`, light
    letters on a dark ground."""
    labels: tuple[tuple[str, str], ...] = ()
    """What models and methods are called in figures, by their names; others by their titles."""

    def __post_init__(self) -> None:
        known = {"scale": ("per_map", "shared"), "cmap": CMAPS, "style": STYLES, "slider": SLIDERS}
        chosen = [(name, getattr(self, name), values) for name, values in known.items()]
        for name, value, values in [*chosen, *(("format", kind, FORMATS) for kind in self.formats)]:
            if value not in values:
                raise DataError(f"the report's {name} is {value!r}; there are {', '.join(values)}.")
