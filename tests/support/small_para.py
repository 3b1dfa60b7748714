"""A small stand-in for PARA in its published layout: photographs whose ratings follow their brightness."""

import numpy as np
from PIL import Image

HALVES = [value / 2 for value in range(2, 11)]
HEADER = [
    "imageName", "sessionId", "semantic", *(f"aestheticScore_{value:.1f}" for value in HALVES), "aestheticScore_mean",
    "aestheticScore_std", *(f"dofScore_{value}" for value in range(1, 6)), "dofScore_mean", "dofScore_std",
    *(f"contentScore_{value}" for value in range(1, 6)), "contentScore_mean", "contentScore_std",
]  # fmt: skip
CATEGORIES = ("animal", "food")


def _votes(random, center, values, count=8):
    """Counts of votes, their mean and their standard deviation."""
    votes = random.normal(center, 0.4, count)
    nearest = np.abs(np.asarray(values)[None] - votes[:, None]).argmin(1)
    counts = np.bincount(nearest, minlength=len(values))
    given = np.asarray(values)[nearest]
    return [*map(str, counts), f"{given.mean():.4f}", f"{given.std():.4f}"]


def write_para(folder, photographs=24, single=False):
    """Write lists `train` and `test` of so many photographs together, every other session in `test`; and single votes."""
    random = np.random.default_rng(4)
    tables = {"Train": [",".join(HEADER)], "Test": [",".join(HEADER)]}
    votes = ["sessionId,imageName,userId,aestheticScore"]
    for number in range(photographs):
        name, session = f"iaa_pub{number}_.jpg", f"session{number // 4}"
        level = random.uniform(0, 1)
        pixels = np.clip(level * 200 + random.normal(25, 25, (40, 50, 3)), 0, 255).astype(np.uint8)
        pixels = np.repeat(np.repeat(pixels[::8, ::10], 8, 0), 10, 1)
        (folder / "imgs" / session).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / "imgs" / session / name)
        category = number % 2
        center = 1.5 + 2.5 * level + 0.5 * category
        parts = [
            _votes(random, center, HALVES),
            _votes(random, center, range(1, 6)),
            _votes(random, 5 - center, range(1, 6)),
        ]
        row = [name, session, CATEGORIES[category], *(cell for part in parts for cell in part)]
        tables["Test" if number // 4 % 2 else "Train"].append(",".join(row))
        for rater in range(5):
            score = np.clip(np.round(2 * (center + random.normal(0, 0.5))) / 2, 1, 5)
            votes.append(f"{session},{name},A{rater},{score}")
    (folder / "annotation").mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / "annotation" / f"PARA-Giaa{name}.csv").write_text("\n".join(rows) + "\n")
    if single:
        (folder / "annotation" / "PARA-Images.csv").write_text("\n".join(votes) + "\n")
    return folder
