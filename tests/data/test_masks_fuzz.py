"""Folders of masks in any shape: every photograph is there, and no damage costs another mask."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from support.exports import SIZE, square

from xaesthetic.data.annotations import read_mask
from xaesthetic.data.records import collect

PHOTOGRAPHS = ("1.png", "2.jpg", "a/2.png", "b/3.png")
PEOPLE = ("anna", "ben/light", "Light/ben", "content")
MEANT = {
    "anna": ("anna", ""),
    "ben/light": ("ben", "light"),
    "Light/ben": ("ben", "light"),
    "content": ("annotator 1", "content"),
}
MASK = Image.fromarray((square() * 255).astype(np.uint8))


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content.save(path)


DAMAGE = {
    "nothing": lambda path: None,
    "text": lambda path: path.write_bytes(b"no picture"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:60]),
    "empty": lambda path: path.write_bytes(b""),
    "size": lambda path: MASK.resize((30, 30)).save(path),
    "black": lambda path: Image.new("L", SIZE[::-1]).save(path),
    "gone": lambda path: path.unlink(),
    "folder": lambda path: (path.unlink(), path.mkdir()),
    "hidden": lambda path: path.rename(path.with_name(f"._{path.name}")),
}

masks = st.lists(
    st.tuples(
        st.sampled_from(PHOTOGRAPHS),
        st.sampled_from(PEOPLE),
        st.sampled_from([".png", ".PNG", ".bmp", ".tif", ".gif", ".JPG.png"]),
        st.sampled_from(["nothing"] * 9 + sorted(DAMAGE)),
    ),
    max_size=5,
    unique_by=lambda mask: (mask[0], MEANT[mask[1]]),
)


@given(
    masks=masks,
    clutter=st.lists(st.sampled_from(["Thumbs.db", "._x.png", "notes.txt", "lost.png", "anna/lost.png"]), unique=True),
)
def test_damage_costs_only_its_mask(masks, clutter):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in PHOTOGRAPHS:
            write(root / "images" / name, Image.new("RGB", SIZE[::-1]))
        (root / "masks").mkdir()
        for name in clutter:
            write(root / "masks" / name, MASK if name.endswith("lost.png") else b"x")
        expected = {}
        for photograph, people, suffix, damage in masks:
            stem = photograph if suffix == ".JPG.png" else photograph.rpartition(".")[0]
            path = root / "masks" / people / f"{stem}{'.png' if suffix == '.JPG.png' else suffix}"
            write(path, MASK)
            DAMAGE[damage](path)
            if damage == "nothing":
                expected[photograph, *MEANT[people]] = square().sum()
        held = collect("masks", root)
        assert {record.id for record in held.records} == set(PHOTOGRAPHS)
        assert not any(record.problem for record in held.records)
        good = {}
        for record in held.records:
            for item in record.annotations:
                if not item.problem and (record.id, item.annotator, item.attribute) in expected:
                    good[record.id, item.annotator, item.attribute] = read_mask(item.region).sum()
        assert good == expected
        names = [item.name for item in held.passed_over]
        assert all(f"masks/{name}" in names for name in clutter)
