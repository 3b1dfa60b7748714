"""Photographs that come twice, saved anew: found across lists and data sets, and left out of tests."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from xaesthetic.core.types import Record
from xaesthetic.data.looks import DISTANCE, Looks, look_of, near_pairs
from xaesthetic.data.near import near_duplicates, near_trained


def scene(seed, size=(120, 160)):
    """Smooth blobs of colour: no two seeds look alike."""
    random = np.random.default_rng(seed)
    small = Image.fromarray(random.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    return np.array(small.resize(size[::-1], Image.Resampling.BICUBIC))


def jpeg(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=50)
    return np.array(Image.open(file))


def squashed(pixels):
    return np.array(Image.fromarray(pixels).resize((64, 64)))


def looks(pictures):
    made = [look_of(item) for item in pictures]
    return Looks(np.array([item[0] for item in made], np.uint64), np.stack([item[1] for item in made]))


@pytest.mark.parametrize("change", [jpeg, squashed, lambda pixels: (pixels * 0.9).astype(np.uint8)], ids="jsd")
def test_a_copy_is_found_among_others(change):
    pictures = [scene(seed) for seed in range(20)]
    assert near_pairs(looks(pictures)) == []
    assert near_pairs(looks([*pictures, change(pictures[7])])) == [(7, 20)]


def test_a_flat_picture_is_like_its_equals_only():
    flat = [np.full((40, 40, 3), value, np.uint8) for value in (10, 10, 240)]
    assert (0, 1) in near_pairs(looks(flat))
    assert near_pairs(looks([flat[0], scene(1)])) == []


def by_hand(hashes):
    """Compare all with all."""
    return {
        (i, j)
        for i, one in enumerate(hashes)
        for j, other in enumerate(hashes)
        if i < j and bin(int(one) ^ int(other)).count("1") <= DISTANCE
    }


def test_parts_of_hashes_lose_no_pair():
    random = np.random.default_rng(0)
    base = random.integers(0, 1 << 63, 40, dtype=np.uint64)
    flipped = [np.bitwise_or.reduce(np.uint64(1) << random.choice(64, n, False).astype(np.uint64)) for n in range(1, 12)]
    hashes = np.unique(np.concatenate([base, *[base[:20] ^ item for item in flipped]]))
    thumbs = np.broadcast_to(look_of(scene(0))[1], (len(hashes), 8, 8, 3)).copy()
    assert set(near_pairs(Looks(hashes, thumbs))) == by_hand(hashes)
    assert len(by_hand(hashes)) > 100


def test_many_equal_ones_cost_a_pair_each():
    hashes, thumbs = np.zeros(5000, np.uint64), np.broadcast_to(look_of(scene(0))[1], (5000, 8, 8, 3)).copy()
    assert near_pairs(Looks(hashes, thumbs)) == [(0, number) for number in range(1, 5000)]


@pytest.fixture
def records(tmp_path):
    """Five photographs; the fourth is the first, squashed and saved anew; the last cannot be read."""
    pictures = [scene(0), scene(1), scene(2), jpeg(squashed(scene(0)))]
    for number, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    (tmp_path / "4.png").write_bytes(b"no picture")
    splits = ["train", "train", "test", "test", "test"]
    return [Record(f"{n}.png", tmp_path / f"{n}.png", f"{n}.png", splits={name: n}) for n, name in enumerate(splits)]


def test_lists_and_data_sets_are_compared(records):
    (pair,) = near_duplicates({"mine": records})
    assert (pair.first.id, pair.second.id, pair.apart) == ("0.png", "3.png", True)
    pairs = near_duplicates({"mine": records[:3], "theirs": records[3:]})
    assert [(item.first_data, item.second_data, item.apart) for item in pairs] == [("mine", "theirs", True)]
    assert near_duplicates({"mine": [records[1], records[4]]}) == ()


def test_what_looks_trained_on_is_not_tested_on(records):
    assert near_trained(records, [0, 1], [2, 3, 4]) == {3: 0}
    assert near_trained(records, [1], [2, 3, 4]) == {}


def test_a_copy_of_a_copy_is_not_tested_on(records):
    again = replace(records[3], id="again", path=records[3].path.with_name("again.png"), original="again")
    again.path.write_bytes(records[3].path.read_bytes())
    assert near_trained([*records, again], [0, 1], [2, 3, 4, 5]) == {3: 0, 5: 0}


def test_the_command_prints_pairs(command, tmp_path):
    for folder, seeds in (("a", (0, 1)), ("b", (5, 1))):
        (tmp_path / folder).mkdir()
        for seed in seeds:
            Image.fromarray(scene(seed)).save(tmp_path / folder / f"{folder}{seed}.png")
    status, said, _ = command("data", "check", tmp_path / "a", tmp_path / "b")
    assert status == 0
    assert "near duplicates: 1 pairs, 1 across" in said
    assert "a1.png" in said
    assert "b1.png" in said
    status, said, _ = command("data", "check", tmp_path / "a", "--no-near")
    assert "near duplicates" not in said
