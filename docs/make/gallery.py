"""The documents' pictures, of photographs that come with the project.

    python docs/make/gallery.py [NAME…]

Some minutes. docs/gallery/ holds those of docs/gallery.md (methods, attributes, edited, networks); docs/depth_of_field.jpg is
the figure of README and docs/report.jpg the page, which needs Chromium and playwright (extra `test`). A test holds that pages
have them and that they are small.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image

from xaesthetic import Explanation, XaestheticError, explain, find_records
from xaesthetic.core import plugins
from xaesthetic.core.facts import MethodFacts
from xaesthetic.core.types import Record
from xaesthetic.data.photograph import load_photograph

mpl.use("agg")
from matplotlib import pyplot as plt

DOCS = Path(__file__).parents[1]
OUT = DOCS / "gallery"
COLUMNS, WIDTH, DPI = 6, 9.6, 110
TRAINED = "multigap_lite0_edits"
ONE_LAYER = "lite0_ft_edits"
EXPENSIVE = ("rise", "score_cam")
"""A thousand passes and more a photograph."""
BOTH = ("multigap_lite0", "lite0_ft")


@dataclass(frozen=True)
class Panel:
    """A picture and the words above it."""

    title: str
    pixels: np.ndarray


def photographs() -> dict[str, Record]:
    """Return the sample's records that are not edited, by id."""
    return {record.id: record for record in find_records("sample") if record.edit is None}


def over(shown: Explanation, attribute: str) -> np.ndarray:
    """Return the overlay of one attribute, small."""
    return small(np.asarray(shown.overlay(attribute).convert("RGB")))


def small(pixels: np.ndarray) -> np.ndarray:
    """Shrink to what a panel shows."""
    image = Image.fromarray(pixels)
    image.thumbnail((240, 240), Image.Resampling.LANCZOS)
    return np.asarray(image)


def methods() -> list[Panel]:
    """One photograph, one attribute, every method that a network of this kind can have."""
    pixels = load_photograph(photographs()["coffee"])
    panels = [Panel("the photograph", small(pixels))]
    for name in plugins.names("methods"):
        facts = plugins.facts("methods", name)
        if not isinstance(facts, MethodFacts) or name in EXPENSIVE:
            continue
        try:
            shown = explain(pixels, ONE_LAYER, ["depth_of_field"], method=name)
        except XaestheticError:
            continue  # for transformers, or for a library that is not here
        panels.append(Panel(name + ("" if facts.asks_output else " (floor)"), over(shown, "depth_of_field")))
    return panels


def attributes() -> list[Panel]:
    """One photograph, every attribute of two models: of ratings, and of edits."""
    pixels = load_photograph(photographs()["chelsea"])
    panels = [Panel("the photograph", small(pixels))]
    for model in ("multigap_lite0", TRAINED):
        shown = explain(pixels, model)
        panels += [Panel(f"{name}\n{model}", over(shown, name)) for name in shown.maps]
    return panels


def edited() -> list[Panel]:
    """The same photographs, and with their background blurred, by the model that learnt that edit."""
    panels = []
    for record in find_records("sample"):
        if record.edit is None or record.edit.name == "blur_background":
            pixels = load_photograph(record)
            shown = explain(pixels, TRAINED, ["depth_of_field"])
            what = "as it is" if record.edit is None else "blurred"
            panels.append(Panel(f"{what}: {shown.ratings['depth_of_field']:+.2f}", over(shown, "depth_of_field")))
    return panels


def networks() -> list[Panel]:
    """Two models of the same ratings and their floor, on every photograph."""
    panels = []
    for record in photographs().values():
        pixels = load_photograph(record)
        for model in BOTH:
            shown = explain(pixels, model, ["light"])
            panels.append(Panel(f"{model}: {shown.ratings['light']:.2f}", over(shown, "light")))
        floor = explain(pixels, BOTH[0], ["light"], method="activation_energy")
        panels.append(Panel("activation_energy (floor)", over(floor, "light")))
    return panels


def draw(name: str, panels: Sequence[Panel]) -> None:
    """Write panels as one picture."""
    rows = -(-len(panels) // COLUMNS)
    figure, axes = plt.subplots(rows, COLUMNS, figsize=(WIDTH, rows * WIDTH / COLUMNS * 1.02), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, panel in zip(axes.flat, panels, strict=False):
        axis.imshow(panel.pixels)
        axis.set_title(panel.title, fontsize=6.5)
    figure.tight_layout(pad=0.4)
    figure.savefig(OUT / f"{name}.jpg", dpi=DPI, pil_kwargs={"quality": 82, "optimize": True})
    plt.close(figure)


def compared(name: str, folder: Path) -> None:
    """Draw README's figure, and take a picture of the page that comes with it."""
    words = ["compare", "--attr", "depth_of_field", *WITH.get(name, ()), "--out", str(folder / name)]
    subprocess.run([sys.executable, "-c", COMMAND, *words], check=True)
    report = folder / name / "report"
    if name == "report":
        photographed(report / "report.html", folder / "page.png")
    picture = folder / "page.png" if name == "report" else report / "attribute_grid_depth_of_field.png"
    with Image.open(picture) as image:
        shown = image.convert("RGB")
    shown.thumbnail((1600, 1600), Image.Resampling.LANCZOS)
    shown.save(DOCS / f"{name}.jpg", quality=88, optimize=True)


def photographed(page: Path, picture: Path) -> None:
    """Take a picture of a page in Chromium."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        window = browser.new_page(viewport={"width": 780, "height": 720}, device_scale_factor=1.6)
        window.goto(page.as_uri() + "#size=medium")
        window.wait_for_selector("html[data-ready=yes]", timeout=60_000)
        window.evaluate("document.querySelector('.controls').scrollIntoView()")
        window.wait_for_timeout(1500)  # pictures are drawn as they come into sight
        window.screenshot(path=picture)
        browser.close()


PICTURES = {"methods": methods, "attributes": attributes, "edited": edited, "networks": networks}
RUNS = ("depth_of_field", "report")
WITH = {"report": ("--model", TRAINED, "--model", ONE_LAYER, "--method", "cam", "--pick", "6")}
"""What besides is asked of a run."""
COMMAND = "from xaesthetic.cli import main; main()"


def main() -> None:
    """Draw all pictures, or those that are named."""
    OUT.mkdir(exist_ok=True)
    drawing = {name: partial(lambda name, panels: draw(name, panels()), name, panels) for name, panels in PICTURES.items()}
    with tempfile.TemporaryDirectory() as folder:
        drawing |= {name: partial(compared, name, Path(folder)) for name in RUNS}
        for name in sys.argv[1:] or drawing:
            drawing[name]()


if __name__ == "__main__":
    main()
