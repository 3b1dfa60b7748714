"""Which photographs are trained on, which select the epoch, which are tested."""

from pathlib import Path

import numpy as np
import pytest

from xaesthetic.core.types import Record
from xaesthetic.train.samples import divide

pytestmark = pytest.mark.torch


def records(splits, groups=None):
    groups = groups or [""] * len(splits)
    return [
        Record(str(number), Path("x.png"), str(number), splits=dict.fromkeys(names, number), group=group)
        for number, (names, group) in enumerate(zip(splits, groups, strict=True))
    ]


def test_a_list_to_select_by_is_used():
    train, select, tests = divide(records([["train"], ["validation"], ["test"], ["train"]]), 0)
    assert (train.tolist(), select.tolist(), tests["test"].tolist()) == ([0, 3], [1], [2])


def test_without_one_a_tenth_is_set_apart_whole_groups():
    splits = [["train"]] * 40 + [["test"]] * 10
    groups = [f"s{number // 4}" for number in range(50)]
    train, select, tests = divide(records(splits, groups), 3)
    assert (len(train), len(select), tests["test"].tolist()) == (36, 4, list(range(40, 50)))
    assert len({groups[row] for row in select}) == 1
    assert not set(train.tolist()) & set(select.tolist())
    again = divide(records(splits, groups), 3)
    assert np.array_equal(train, again[0])
