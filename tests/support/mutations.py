"""How a run folder from outside can differ from one that this program wrote: some ways mean the same, others do not."""

import hashlib
import json
import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq

from xaesthetic.run.schemas import TABLES

JUNK = (
    None, True, -1, 0, 1.5, 2**62, 10**400, "", "x", "../../x", "a/b", "a\nb", "a\0", "x" * 5000, [], {}, [[]], ["x", "x"],
    [1], {"x": 1}, float("nan"), float("inf"), -1e308,
)  # fmt: skip
"""What a value can be instead."""
_BOUND = {
    "null": ("id", "path", "image", "model", "attribute", "subject", "reason", "region", "outside", "x"),
    "strange": ("id", "image"),
    "huge": ("height", "width"),
}
"""Columns in which another value of the same type is no other run, but none."""
_KEYS = {table.name: table.key for table in TABLES}
TEXTS = ("", "nonsense", "[" * 5000, "1" * 5001, '{"a": 1, "a": 2}', "7", "null", '"\\ud800"')
"""What a JSON file can hold instead."""


def rewrite_sums(root):
    """Make all sums right, so that it is the parser that has to notice."""
    for file in sorted(root.rglob("*.sha256")):
        target = file.with_suffix("")
        if target.is_file():
            file.write_text(f"{_sha256(target)}  {target.name}\n")
        elif target.is_dir():
            inside = sorted(path for path in target.rglob("*") if path.is_file())
            file.write_text("".join(f"{_sha256(path)}  {path.relative_to(file.parent)}\n" for path in inside))


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


# -- what means the same -----------------------------------------------------------------------------------------------


def same_json(root, random):
    """Other order, spaces, a byte order mark, keys that nobody knows."""
    file = random.choice([root / "experiment.json", *root.rglob("zarr.json")])
    value = json.loads(file.read_text())
    places = [value["attributes"]] if file.name == "zarr.json" else [value, value["question"], value["answered_by"]]
    extra = random.choice(places)
    extra["from the future"] = random.choice([1, "x", [None], {}])
    value = _shuffled(value, random)
    mark = random.choice(["", "\ufeff"]) if file.name == "experiment.json" else ""  # zarr itself takes none
    file.write_text(mark + json.dumps(value, indent=random.choice([None, 7]), ensure_ascii=random.random() < 0.5))
    rewrite_sums(root)


def _shuffled(value, random):
    if isinstance(value, list):
        return [_shuffled(item, random) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _shuffled(value[key], random) for key in random.sample(sorted(value), len(value))}


def same_table(root, random):
    """Other order of columns, more columns, other compression and encoding, wider or narrower numbers and texts."""
    file, table = _table(root, random)
    names = random.sample(table.column_names, table.num_columns)
    table = table.select(names)
    for place, field in enumerate(table.schema):
        wider = {pa.int64(): pa.int32(), pa.float32(): pa.float64(), pa.string(): pa.large_string()}.get(field.type)
        if wider and random.random() < 0.5:
            table = table.set_column(place, field.name, table.column(place).cast(wider))
        elif field.type == pa.string() and random.random() < 0.5:
            table = table.set_column(place, field.name, table.column(place).dictionary_encode())
    if random.random() < 0.5:
        table = table.append_column("from the future", pa.array([None] * len(table)))
    pq.write_table(table, file, compression=random.choice(["none", "gzip", "zstd"]), use_dictionary=random.random() < 0.5)
    rewrite_sums(root)


def same_folder(root, random):
    """Files that are nobody's, and times of change."""
    (root / random.choice(["notes.txt", ".DS_Store", "report/thesis.tex"])).write_bytes(b"\xff")
    os.utime(random.choice(_files(root)), (1, 1))


# -- what does not -----------------------------------------------------------------------------------------------------


def other_value(root, random):
    """Another value somewhere in a JSON file, or none."""
    file = random.choice([root / "experiment.json"] * 3 + list(root.rglob("zarr.json")))
    value = json.loads(file.read_text())
    holder = value
    while True:
        key = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        if not isinstance(holder[key], (dict, list)) or not holder[key] or random.random() < 0.3:
            break
        holder = holder[key]
    if random.random() < 0.2:
        del holder[key]
    else:
        holder[key] = random.choice(JUNK)
    file.write_text(json.dumps(value))
    rewrite_sums(root)


def other_text(root, random):
    """Something else in the place of a JSON file, or of a JSON cell of the records."""
    if random.random() < 0.5:
        random.choice([root / "experiment.json", *root.rglob("zarr.json")]).write_text(random.choice(TEXTS))
    else:
        file = root / "records.parquet"
        table = pq.read_table(file)
        name = random.choice(["subject", "ratings", "splits"])
        junk = random.choice([*TEXTS, *(json.dumps(item) for item in JUNK if item not in ({}, [], {"x": 1}))])
        place = table.column_names.index(name)
        cells = [junk, *table.column(place).to_pylist()[1:]]
        pq.write_table(table.set_column(place, name, pa.array(cells)), file)
    rewrite_sums(root)


def other_table(root, random):
    """A table with a column less, renamed, of another type, with nothing in a cell, with a row twice, or of strangers."""
    file, table = _table(root, random)
    place = random.randrange(table.num_columns)
    name, cells = table.column_names[place], table.column(place).to_pylist()
    kind = random.choice(["drop", "rename", "retype", "null", "twice", "strange", "huge", "short", "other", "empty"])
    if kind == "drop":
        table = table.drop_columns([name])
    elif kind == "rename":
        table = table.rename_columns([f"{item}s" if item == name else item for item in table.column_names])
    elif kind == "retype":
        cells = [[1]] * len(cells) if isinstance(cells[0], (str, bytes)) else [str(cell) for cell in cells]
        table = table.set_column(place, name, pa.array(cells))
    elif kind in ("null", "strange", "huge"):
        instead = {"null": None, "strange": "../stranger", "huge": 2**62}[kind]
        fits = name in _BOUND[kind]
        column = pa.array([instead, *cells[1:]], table.column(place).type) if fits else pa.array([b"x"] * len(cells))
        table = table.set_column(place, name, column)
    elif kind == "twice" and _KEYS.get(file.stem):  # in others rows may be alike
        table = pa.concat_tables([table, table.slice(0, 1)])
    data = {"other": b"image,model\nx,y\n", "empty": b""}.get(kind)
    pq.write_table(table, file)
    if kind == "short":
        data = file.read_bytes()[: random.randrange(file.stat().st_size)]
    if data is not None:
        file.write_bytes(data)
    rewrite_sums(root)


def other_bytes(root, random):
    """A file with a bit flipped, cut, gone or another's content; its sums are as they were."""
    file = random.choice(_files(root))
    kind = random.choice(["flip", "cut", "gone", "swap"])
    data = bytearray(file.read_bytes())
    if kind == "flip" and data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    if kind == "cut":
        data = data[: random.randrange(len(data) + 1)]
    if kind == "swap":
        data = random.choice([other for other in _files(root) if other.suffix == file.suffix]).read_bytes()
    file.unlink()
    if kind != "gone":
        file.write_bytes(data)


def other_kind(root, random):
    """A folder in the place of a file, a file in the place of a folder, a pipe, a link to nowhere or to itself."""
    place = random.choice([*_files(root), *(path for path in root.rglob("*") if path.is_dir())])
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    kind = random.choice(["folder", "file", "pipe", "nowhere", "itself", "gone"])
    if kind == "folder":
        place.mkdir()
    elif kind == "file":
        place.write_bytes(b"\0" * 10)
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind != "gone":
        place.symlink_to(place if kind == "itself" else "/nowhere")


def _files(root):
    return sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in (".png", ".tex"))


def _table(root, random):
    file = random.choice([path for path in _files(root) if path.suffix == ".parquet" and path.parent == root])
    return file, pq.read_table(file)


SAME = (same_json, same_table, same_folder)
OTHER = (other_value, other_text, other_table, other_bytes, other_kind)
