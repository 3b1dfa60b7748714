"""A study by people who mark ellipses about the same place, and one who marks anything."""

import numpy as np

from xaesthetic.evaluation.study_marks import KnownRegion, StudyMark

SIZE = 40, 60


def ellipse(y, x, height=8, width=11, size=SIZE):
    rows, columns = np.mgrid[: size[0], : size[1]]
    return ((rows - y) / height) ** 2 + ((columns - x) / width) ** 2 < 1


def region(first, second, size=(4, 6)):
    """Columns from first to before second."""
    mask = np.zeros(size, bool)
    mask[:, first:second] = True
    return mask


def mark(annotator, photograph, raises, position=0, attribute="light", lowers=None, **more):
    """What somebody said; a region that is left out is nowhere."""
    masks = {"raises": raises, "lowers": lowers}
    extent = {sign: "nowhere" if mask is None else "region" for sign, mask in masks.items()}
    return StudyMark(annotator, photograph, attribute, position, masks, extent, **more)


def simulate(photographs=8, people=5, spread=2.0, careless=("a05",), seed=0, attributes=("light",)):
    """Everybody marks every photograph, two a second time and two catch trials; the careless mark anywhere, quickly."""
    random = np.random.default_rng(seed)
    places = random.uniform((12, 16), (28, 44), (photographs, 2))
    for number in range(people):
        annotator = f"a{number + 1:02d}"
        wrong = annotator in careless

        def draw(photograph, wrong=wrong):
            place = random.uniform((8, 11), (32, 49)) if wrong else places[photograph] + random.normal(0, spread, 2)
            return ellipse(*place)

        tasks = [(p, a) for a in attributes for p in random.permutation(photographs).tolist()]
        seconds = 1.0 if wrong else 40.0
        for position, (photograph, attribute) in enumerate(tasks):
            rating = float(random.integers(-1, 2)) if wrong else float(np.sign(places[photograph, 0] - 20))
            common = {"rating": rating, "overall": 3.0, "seconds": seconds}
            yield mark(annotator, photograph, draw(photograph), position, attribute, **common)
        for i in range(2):
            photograph, attribute = tasks[i]
            yield mark(annotator, photograph, draw(photograph), len(tasks) + i, attribute, rating=0.0, kind="repeat", of=i)
        for i in range(2):
            expected = ellipse(12, 14)
            drawn = draw(0) if wrong else ellipse(13, 15)
            known = {"expected": KnownRegion(expected), "expected_sign": "raises", "kind": "catch"}
            yield mark(annotator, 100 + i, drawn, len(tasks) + 2 + i, **known)
