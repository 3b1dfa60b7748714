"""What every metric costs on one map of 600 x 800 pixels with 100 fixations, in one run.

    python benchmarks/metrics.py

Seconds are medians over interleaved repeats; the ratio is to numpy sorting the map's pixels once. The map is a 10 x 10 grid
enlarged as `score` enlarges it; the fixations lie around three places, those of other photographs anywhere.
"""

import statistics
from functools import partial

import numpy as np
from timing import ratio, times

from xaesthetic.core import plugins
from xaesthetic.core.types import HumanMap
from xaesthetic.data import images
from xaesthetic.data.annotations import fixation_density

SIZE, FIXATIONS, OTHERS, REPEATS = (600, 800), 100, 100 * 349, 9
SORTING = "sorting the pixels once"


def main() -> None:
    random = np.random.default_rng(0)
    saliency = images.to_pixels(random.normal(size=(10, 10)).astype(np.float32), SIZE).astype(np.float64)
    corner = np.array(SIZE[::-1]) - 1e-6
    points = np.concatenate([random.normal(at, 60, (FIXATIONS, 2)) for at in ((200, 150), (500, 300), (650, 450))])
    points = points[random.permutation(len(points))[:FIXATIONS]].clip(0, corner)
    others = random.uniform(0, corner, (OTHERS, 2))
    density = fixation_density(points, SIZE)
    human = HumanMap(density, points, density > np.quantile(density, 0.8), others, fixation_density(others[:500], SIZE))
    jobs = {name: partial(plugins.load("metrics", name), saliency, human) for name in plugins.names("metrics")}
    found = times(jobs | {SORTING: partial(np.sort, saliency, axis=None)}, REPEATS)
    base = found.pop(SORTING)
    slowest_first = sorted(found, key=lambda name: -statistics.median(found[name]))
    for name in slowest_first:
        print(f"{name:26} {statistics.median(found[name]):.4f} s  {ratio(found[name], base):6.2f}")
    print(f"{'all':26} {sum(map(statistics.median, found.values())):.4f} s; the slowest is {slowest_first[0]}")


if __name__ == "__main__":
    main()
