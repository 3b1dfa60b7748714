"""What all figures share: widths, letters, colours over photographs, and files written whole."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from jaxtyping import Bool, Float32
from matplotlib.figure import Figure

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write, write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import CMAPS, Map, Pixels, ReportOptions
from xaesthetic.data import images
from xaesthetic.figures.letters import FAMILY, make_drawable
from xaesthetic.figures.oklab import over_photograph

COLORS = "viridis"
"""Perceptually uniform, readable by colour-blind people and in grey; the usual one, where `--cmap` names no other."""
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#F0E442")
"""Okabe and Ito's, which colour-blind people tell apart, for lines and bars; the last two do not show on every ground."""
FINEST = 20
"""Cells a side; finer maps are averaged for display."""
_THUMBNAIL = 240  # pixels of the longer side: 300 dpi and more in a page of ten columns
_METADATA: Mapping[str, Any] = {
    "png": {"Software": None}, "pdf": {"CreationDate": None}, "svg": {"Date": None}, "jpg": None,
}  # fmt: skip
"""What is left out of files, by kind, so that equal figures give equal bytes."""
_FAST: Mapping[str, Any] = {"png": {"pil_kwargs": {"compress_level": 3, "compress_type": zlib.Z_RLE}}}
"""Pictures of photographs become 4 % larger than as usual, and take 30 % of the time (measured)."""
WIDTHS = {1: 3.35, 2: 7.0}
"""Inches: how wide a figure is in one and in both columns of a two-column paper."""
STYLE: dict[Any, Any] = {
    "font.family": FAMILY, "font.size": 7, "pdf.fonttype": 42, "svg.fonttype": "none", "text.parse_math": False,
}  # fmt: skip
"""Of every figure: letters can be selected and travel with the file; a photograph may be called $x_1$."""


_LIGHT, _DARK = "#e6e6e6", "#15171b"
_INKED = ("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color")
_GROUNDS = ("figure.facecolor", "axes.facecolor")


def thumbnail(pixels: Pixels, side: int = _THUMBNAIL) -> Pixels:
    """The photograph, small enough for a figure: at most so many pixels on its longer side."""
    return images.fitted(pixels, side)


def normalise(grid: Float32[np.ndarray, "i j"], limits: tuple[float, float] | None = None) -> Float32[np.ndarray, "i j"]:
    """A map carried to 0 to 1 for display.

    Parameters
    ----------
    grid
        Signed, un-normalised.
    limits
        What becomes 0 and 1; the map's own lowest and highest value where not given.

    Returns
    -------
    Clipped to 0 to 1; nan everywhere where the limits are equal, as there is nothing to show.
    """
    low, high = limits if limits else (float(grid.min()), float(grid.max()))
    if not high > low:
        return np.full_like(grid, np.nan)
    return np.asarray(np.clip((grid - low) / (high - low), 0, 1), dtype=np.float32)


def coarse(grid: Float32[np.ndarray, "_i _j"]) -> Float32[np.ndarray, "_o _p"]:
    """A map on a grid finer than `FINEST` cells a side as means: single pixels say nothing at a figure's size."""
    size = min(grid.shape[0], FINEST), min(grid.shape[1], FINEST)
    return np.asarray(images.area_pool(grid, size), dtype=np.float32)


def kept_colors(cells: Bool[np.ndarray, "_i _j"] | None, size: tuple[int, int]) -> Map | None:
    """Where a map keeps its colors, 0 to 1, in image pixels: they fade between a cell that does and one that does not."""
    return None if cells is None else images.to_pixels(coarse(cells.astype(np.float32)), size)


def overlay(pixels: Pixels, shown: Map, kept: Map | None = None) -> Pixels:
    """A map's colours over the photograph: the bar's, with the photograph's detail in their lightness (`figures.oklab`).

    Parameters
    ----------
    pixels
        The photograph.
    shown
        0 to 1 on the same pixels; nan leaves the photograph grey.
    kept
        On the same pixels how much of the colours is kept: 0 leaves the photograph grey; all where not given.
    """
    photo = images.to_float(pixels).astype(np.float64)
    grey = np.repeat(photo.mean(-1, keepdims=True), 3, axis=-1)
    known = np.isfinite(shown)
    colors = mpl.colormaps[colormap()](np.nan_to_num(shown))[..., :3]
    share = known.astype(np.float64)[..., None] * (1.0 if kept is None else kept[..., None])
    mixed = share * over_photograph(photo, colors) + (1 - share) * grey if known.any() else grey
    return images.to_bytes(mixed.astype(np.float32))


def colormap() -> str:
    """Return the name of the colours of maps; `looking` says which."""
    name = str(mpl.rcParams["image.cmap"])
    return name if name in CMAPS else COLORS  # somebody's matplotlibrc is not for our figures


def ink() -> str:
    """Return the colour of letters and lines, for what matplotlib would draw black."""
    return str(mpl.rcParams["text.color"])


def paper() -> str:
    """Return the colour of the ground."""
    return str(mpl.rcParams["figure.facecolor"])


@contextmanager
def looking(options: ReportOptions) -> Iterator[None]:
    """Have all figures that are made in this block look as the options say: their colours, and those of maps."""
    letters: dict[Any, Any] = dict.fromkeys(_INKED, _LIGHT) | dict.fromkeys(_GROUNDS, _DARK) | {"grid.color": "#3d4148"}
    look: dict[Any, Any] = {"image.cmap": options.cmap, "grid.color": "0.85"} | (letters if options.style == "dark" else {})
    with mpl.rc_context(look):
        yield


def save(
    figure: Figure, stem: Path, caption: str, options: ReportOptions | None = None, table: pd.DataFrame | None = None
) -> list[Path]:
    """Write a figure, its numbers and its caption; equal figures give equal bytes.

    Parameters
    ----------
    figure
        What to write.
    stem
        The path without a suffix.
    caption
        What a reader must know, to be pasted below the figure.
    options
        Into which files, and with how many dots an inch: by default PNG at 300, and PDF with letters that can be selected.
    table
        The numbers that it shows, for ``.csv``; None where they are in a table of the report's own.

    Returns
    -------
    The files: .png, .pdf or what else is wanted, .csv, .txt.
    """
    options = options or ReportOptions()
    named = {kind: stem.with_name(f"{stem.name}.{kind}") for kind in (*options.formats, "csv", "txt")}
    for kind in options.formats:
        save_figure(figure, named[kind], options.dpi)
    if table is None:
        named.pop("csv")
    else:
        write_text(named["csv"], frame_csv(table))
    write_text(named["txt"], caption + "\n")
    return list(named.values())


def save_figure(figure: Figure, path: Path, dpi: int = 300) -> None:
    """Write a figure alone, whole or not at all; equal figures give equal bytes.

    Parameters
    ----------
    figure
        What to write.
    path
        Its ending says what is written: .png, .pdf, .svg or .jpg.
    dpi
        Dots an inch.

    Raises
    ------
    DataError
        If the ending is none of these, or the file cannot be written.
    """
    kind = path.suffix.lower()[1:].replace("jpeg", "jpg")
    if kind not in _METADATA:
        endings = ", ".join(f".{known}" for known in _METADATA)
        raise DataError(f"{path}: ends in none of {endings}; name the file so, as {path.stem or 'figure'}.png.")
    with atomic_write(path) as temporary:
        draw(figure, temporary, kind, dpi)


def draw(figure: Figure, file: Path | BytesIO, kind: str, dpi: int) -> None:
    """Draw a figure into a file, with letters that are there; `kind` is `png`, `pdf`, `svg` or `jpg`."""
    make_drawable(figure)
    with mpl.rc_context(STYLE | {"svg.hashsalt": "xaesthetic"}):
        figure.savefig(file, format=kind, dpi=dpi, metadata=_METADATA[kind], **_FAST.get(kind, {}))
