"""How large the report page is, and how long a browser takes to show it and to switch its attribute.

    python benchmarks/page.py FOLDER

FOLDER holds 200 photographs or more. Runs of 10, 50 and 200 of them are written by hand: four models, two methods, nine
attributes, maps of noise on 10 x 10 cells (which no compression makes small). Needs Debian's chromium and the packages in
`.[test]`. Times are medians over repeats, in milliseconds, in a window of 1400 x 950; ratios are to the run of ten.
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from xaesthetic.core.files import sha256
from xaesthetic.core.types import Experiment, Record
from xaesthetic.reporting import draw_reports
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.stage import ArraySink
from xaesthetic.run.store import Run

MODELS, METHODS = ("one", "two", "three", "four"), ("cam", "activation_energy")
NAMES = (
    "balancing_elements", "color_harmony", "content", "depth_of_field", "light", "object_emphasis", "rule_of_thirds",
    "vivid_color", "overall",
)  # fmt: skip
COUNTS, REPEATS = (10, 50, 200), 5


def hand_run(root: Path, photographs: list[Path]) -> Run:
    random = np.random.default_rng(0)
    source = {"citation": "nobody", "licence": "none", "trained": "not trained", "files": {}, "attributes": list(NAMES)}
    asked = Experiment("photographs", None, MODELS, METHODS, ("all",), None)
    run = Run.create(
        root, asked, {"models": {key: source | {"untrained": []} for key in MODELS}, "command": "", "versions": {}}
    )
    records = [Record(path.stem, path, path.stem) for path in photographs]
    run.write(RECORDS, pd.DataFrame([record_row(each) | _measured(each.path) | {"reason": ""} for each in records]))
    rows = [(each.id, key, name, *random.normal(size=2)) for each in records for key in MODELS for name in NAMES]
    run.write(PREDICTIONS, pd.DataFrame(rows, columns=["image", "model", "attribute", "prediction", "raw"]))
    for key in MODELS:
        for method in METHODS:
            maps = random.normal(size=(len(records), len(NAMES), 10, 10)).astype(np.float32)
            _write_maps(run, key, method, [each.id for each in records], maps)
    return run


def _measured(path: Path) -> dict[str, str | int]:
    with Image.open(path) as picture:
        return {"height": picture.height, "width": picture.width, "sha256": sha256(path)}


def _write_maps(run: Run, model: str, method: str, images: list[str], maps: np.ndarray) -> None:
    facts = {"images": images, "attributes": NAMES, "adds_up": ""}
    sink = ArraySink(run.maps_folder(model, method), run.parts / "x", (len(images),), facts, "float32")
    sink.write(0, maps)
    sink.finish(1)


_SWITCH = """() => new Promise((done) => {
  const start = performance.now();
  const picker = document.getElementById("attribute");
  picker.value = "vivid_color";
  picker.dispatchEvent(new Event("change"));
  const wait = () =>
    document.getElementById("grid").dataset.attribute === "vivid_color" && document.querySelector("button.map.drawn")
      ? requestAnimationFrame(() => done(performance.now() - start))
      : requestAnimationFrame(wait);
  wait();
})"""


def times(browser: Browser, file: Path) -> tuple[float, float, float, float]:
    """To the first paint, until all can be used, and from one attribute to another, at once and after two seconds, when
    photographs have been decoded, in milliseconds.
    """
    switches = []
    for rest in (0, 2000):
        page = browser.new_page(viewport={"width": 1400, "height": 950})
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready=yes]")
        page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
        paint, ready = (
            page.evaluate(f"performance.getEntriesByName('{name}')[0].startTime")
            for name in ("first-contentful-paint", "ready")
        )
        page.wait_for_timeout(rest)
        switches.append(page.evaluate(_SWITCH))
        page.close()
    return paint, ready, *switches


def main(folder: Path) -> None:
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in (".jpg", ".jpeg", ".png"))
    base = None
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for count in COUNTS:
            run = hand_run(Path(place) / str(count), found[:count])
            began = time.perf_counter()
            (file,) = draw_reports(run, ["html_report"])
            taken = time.perf_counter() - began
            paint, ready, switch, rested = (
                statistics.median(each) for each in zip(*(times(browser, file) for _ in range(REPEATS)), strict=True)
            )
            base = base or (ready, switch)
            print(f"{count:4} photographs: {file.stat().st_size / 1e6:.2f} MB, written in {taken:.1f} s;", end=" ")
            print(f"first paint {paint:.0f} ms, ready {ready:.0f} ms ({ready / base[0]:.2f}),", end=" ")
            print(f"another attribute {switch:.0f} ms ({switch / base[1]:.2f}), after a rest {rested:.0f} ms")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
