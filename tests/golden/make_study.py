"""Makes the golden values of annotation studies: python tests/golden/make_study.py

In an environment of its own, as `make.py` says:

    python3.11 -m venv /tmp/golden
    /tmp/golden/bin/pip install numpy krippendorff pandas pingouin statsmodels SimpleITK
    /tmp/golden/bin/python tests/golden/make_study.py

Ratings and masks are drawn here and kept with what pingouin, krippendorff, statsmodels and SimpleITK say about them, in
`study.json`. A second run writes the same.
"""

import json
from importlib.metadata import version
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pingouin
import SimpleITK
from statsmodels.stats.power import TTestPower

PEERS = ("numpy", "krippendorff", "pingouin", "statsmodels", "SimpleITK")
NAMES = {"ICC(1,1)": "icc_1", "ICC(1,k)": "icc_1_mean", "ICC(A,1)": "icc_2", "ICC(A,k)": "icc_2_mean"}


def draw_ratings(random, photographs, people, missing):
    values = (
        random.normal(size=(photographs, 1)) + random.normal(0, 0.5, (1, people)) + random.normal(size=(photographs, people))
    )
    ratings = values.round().clip(-2, 2)
    ratings[random.random(ratings.shape) < missing] = np.nan
    return ratings


def intraclass(ratings):
    long = pd.DataFrame(ratings).stack().rename("value").rename_axis(["photograph", "person"]).reset_index()
    table = pingouin.intraclass_corr(long, "photograph", "person", "value").set_index("Type")["ICC"]
    return {ours: float(table[theirs]) for theirs, ours in NAMES.items()}


def ordinal(ratings):
    return float(krippendorff.alpha(ratings.T, level_of_measurement="ordinal"))


def draw_masks(random, people, spread):
    rows, columns = np.mgrid[:18, :24]
    for _ in range(people):
        y, x, b, a = random.normal((9, 13, 5, 6), spread)
        yield ((rows - y) / b) ** 2 + ((columns - x) / a) ** 2 < 1


def staple(masks):
    filter_ = SimpleITK.STAPLEImageFilter()
    filter_.SetForegroundValue(1)
    image = filter_.Execute([SimpleITK.GetImageFromArray(mask.astype(np.uint8)) for mask in masks])
    return {
        "probability": SimpleITK.GetArrayFromImage(image).round(9).tolist(),
        "sensitivity": list(filter_.GetSensitivity()),
        "specificity": list(filter_.GetSpecificity()),
    }


def power(size, effect):
    return float(TTestPower().power(effect, size, 0.05))


def main():
    random = np.random.default_rng(20170102)
    crossed = {f"{n} x {k}": draw_ratings(random, n, k, 0) for n, k in ((6, 4), (12, 3), (30, 8))}
    missing = {f"{n} x {k}": draw_ratings(random, n, k, 0.4) for n, k in ((8, 5), (20, 6))}
    regions = {f"{r} people": np.stack(list(draw_masks(random, r, s))) for r, s in ((3, 1), (5, 1.5), (8, 2))}
    values = {
        "meta": {"made by": "tests/golden/make_study.py", "versions": {name: version(name) for name in PEERS}},
        "crossed": [
            {"ratings": ratings.tolist(), **intraclass(ratings), "alpha": ordinal(ratings)} for ratings in crossed.values()
        ],
        "missing": [
            {"ratings": [[None if np.isnan(v) else v for v in row] for row in ratings], "alpha": ordinal(ratings)}
            for ratings in missing.values()
        ],
        "staple": [{"masks": masks.astype(int).tolist(), **staple(masks)} for masks in regions.values()],
        "power": [[n, effect, power(n, effect)] for n in (8, 20, 50) for effect in (0.2, 0.5, 0.8)],
    }
    Path(__file__).with_name("study.json").write_text(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
