import io
import json
import math
import sys
import tarfile

import pandas as pd
import pytest

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import PassedOver
from xaesthetic.data.images import decode, read_photograph
from xaesthetic.data.photograph import load_photograph
from xaesthetic.data.records import collect, collect_paths, file_sum, fingerprint
from xaesthetic.data.sources import expand, is_source
from xaesthetic.data.tar import read_shard


@pytest.fixture
def photos(tmp_path, write_photo, photo):
    """Three photographs in a folder."""
    for name in ("a.jpg", "b.png", "d/c.jpg"):
        write_photo(tmp_path / "p" / name, photo)
    return tmp_path / "p"


@pytest.fixture
def write_shard(tmp_path, photos):
    """Write a tar of members: bytes, or the name of a photograph."""

    def write(name, members):
        with tarfile.open(tmp_path / name, "w") as tar:
            for member, content in members:
                content = (photos / content).read_bytes() if isinstance(content, str) else content
                info = tarfile.TarInfo(member)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        return tmp_path / name

    return write


def ids(collection):
    return [record.id for record in collection.records]


# -- lists -------------------------------------------------------------------------------------------------------------


def test_a_text_list_in_its_order(photos, photo):
    (photos / "list.txt").write_bytes("\ufeffd/c.jpg\r\n\r\n# mine\r\nb.png\n  a.jpg  \nno.jpg".encode())
    held = collect(photos / "list.txt")
    assert ids(held) == ["d/c.jpg", "b.png", "a.jpg", "no.jpg"]
    assert held.passed_over == (PassedOver(f"{photos}/list.txt, line 3", "a remark"),)
    assert (load_photograph(held.records[1]) == photo).all()
    with pytest.raises(DataError, match="No such file"):
        load_photograph(held.records[3])
    assert collect(photos / "list.txt", photos / "d").records[0].path == photos / "d" / "d" / "c.jpg"


def test_one_bad_line_costs_one_line(photos):
    long, null, odd = b"x" * 20_000, b"a\0b.jpg", b"\xff.jpg"
    (photos / "list.txt").write_bytes(b"\n".join([b"a.jpg", long, null, odd, b"b.png"]))
    held = collect(photos / "list.txt")
    assert ids(held) == ["a.jpg", "\\udcff.jpg", "b.png"]
    assert [item.name.rpartition(" ")[2] for item in held.passed_over] == ["2", "3"]


def test_twice_the_same_line_is_said(photos):
    (photos / "list.txt").write_text("a.jpg\na.jpg\n")
    assert "comes twice" in collect(photos / "list.txt").records[1].problem


def test_file_addresses_in_a_list_of_this_machine(photos):
    (photos / "list.txt").write_text(f"file://{photos}/b.png\n{photos}/a.jpg\n")
    assert [record.path for record in collect(photos / "list.txt").records] == [photos / "b.png", photos / "a.jpg"]


def test_standard_input(photos, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{photos}/a.jpg\n"))
    assert ids(collect("-")) == [f"{photos}/a.jpg"]
    assert ids(collect("-")) == [f"{photos}/a.jpg"]  # a question is looked at twice
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(DataError, match="no photograph"):
        collect("-")


def test_a_parquet_list_with_ratings(photos):
    rows = {"path": ["a.jpg", "b.png", None, "d/c.jpg"], "id": ["one", None, "x", 3], "light": [0.5, None, 0.1, 2.0]}
    rows |= {"Beauty": [1, 2, 3, 4], "note": list("abcd"), "a/b": [1, 2, 3, 4]}
    pd.DataFrame(rows).astype({"id": "string"}).to_parquet(photos / "list.parquet")
    held = collect(photos / "list.parquet")
    assert ids(held) == ["one", "b.png", "3"]
    assert [record.ratings["Beauty"] for record in held.records] == [1, 2, 4]
    assert [record.ratings["light"] for record in held.records][::2] == [0.5, 2.0]
    assert math.isnan(held.records[1].ratings["light"])
    said = {item.name.removeprefix(f"{photos}/list.parquet, "): item.reason for item in held.passed_over}
    assert said == {
        "column 'note'": "not a number in it",
        "column 'a/b'": "a name that holds a slash or a control character",
        "row 3": "names no photograph",
        "3, light 2": "outside of -1 to 1, its range; it counts",
    }


def test_ratings_on_another_scale_as_in_the_data_set_ratings(photos):
    pd.DataFrame({"url": ["a.jpg", "b.png"], "dof": [3, 4], "light": [0.1, 1.0]}).to_parquet(photos / "l.parquet")
    frame = pd.DataFrame({"image": ["a.jpg", "b.png"], "dof": [3, 4], "light": [0.1, 1.0]})
    frame.to_csv(photos / "ratings.csv", index=False)
    ours, theirs = collect(photos / "l.parquet"), collect("ratings", photos)
    assert [record.ratings for record in ours.records] == [record.ratings for record in theirs.records]
    assert ours.described == theirs.described


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", None])
def test_a_table_that_is_none(photos, content):
    if content is None:
        pd.DataFrame({"file": ["a.jpg"]}).to_parquet(photos / "l.parquet")
    else:
        (photos / "l.parquet").write_bytes(content)
    with pytest.raises(DataError, match="has no column path or url" if content is None else "cannot be read") as error:
        collect(photos / "l.parquet")
    assert "\n" not in str(error.value)


# -- shards ------------------------------------------------------------------------------------------------------------


def test_members_of_one_stem_are_one_record(write_shard, photo):
    about = json.dumps({"light": 0.5, "Beauty": 3, "ok": True, "note": "x", "credit": "me"}).encode()
    shard = write_shard(
        "s.tar",
        [
            *(("d/1.jpg", "a.jpg"), ("d/1.json", about), ("d/1.cls", b"7\n"), ("d/1.txt", b"a caption")),
            *(("2.seg.png", "b.png"), ("2.png", "b.png"), ("2.json", b"{"), ("3.cls", b"1"), ("IMG.1.jpg", "a.jpg")),
            *(("IMG.2.jpg", "a.jpg"), (".hidden.jpg", "a.jpg"), ("4.jpg", b""), ("5.npy", b"")),
        ],
    )
    held = collect(shard)
    assert ids(held) == ["s.tar::d/1.jpg", "s.tar::2.png", "s.tar::IMG.1.jpg", "s.tar::IMG.2.jpg", "s.tar::4.jpg"]
    first = held.records[0]
    assert (dict(first.ratings), first.category, first.credit) == ({"light": 0.5, "Beauty": 3.0}, "7", "me")
    assert (load_photograph(held.records[1]) == photo).all()
    assert str(first.path) == f"{shard}::d/1.jpg"
    said = {item.name: item.reason.partition(" (")[0] for item in held.passed_over}
    assert said == {
        "s.tar::2.seg.png": "a picture beside the photograph of its stem",
        "s.tar::2.json": "not to be read",
        "s.tar::3.cls": ".cls, not a photograph",
        "s.tar::.hidden.jpg": "hidden",
        "s.tar::5.npy": ".npy, not a photograph",
    }
    with pytest.raises(DataError, match=r"s\.tar::4\.jpg: the file is empty"):
        load_photograph(held.records[4])


@pytest.mark.filterwarnings("ignore")  # it leaves files open
def test_grouping_is_webdatasets(write_shard):
    webdataset = pytest.importorskip("webdataset", reason="an oracle, for where webdataset is installed")
    shard = write_shard("s.tar", [(f"d.x/{n}.{kind}", "a.jpg") for n in "123" for kind in ("jpg", "seg.png", "json")])
    theirs = [item["__key__"] for item in webdataset.WebDataset(str(shard), shardshuffle=False)]
    assert [record.path.member.removesuffix(".jpg") for record in collect(shard).records] == theirs


def test_the_sum_of_a_member_is_that_of_its_content(write_shard, photos):
    shard = write_shard("s.tar", [("1.jpg", "a.jpg"), ("2.png", "b.png")])
    one, two = collect(shard).records
    assert [file_sum(one.path), file_sum(two.path)] == [file_sum(photos / "a.jpg"), file_sum(photos / "b.png")]
    assert read_photograph(one.path, file_sum(photos / "a.jpg")).size == (60, 80)
    with pytest.raises(DataError, match=r"s\.tar::1\.jpg: has changed since"):
        read_photograph(one.path, "0" * 64)


def test_several_shards_by_braces_and_stars(write_shard, tmp_path, monkeypatch):
    for number in (8, 9, 10):
        write_shard(f"s-{number:02d}.tar", [(f"{number}.jpg", "a.jpg")])
    wanted = ["s-08.tar::8.jpg", "s-09.tar::9.jpg", "s-10.tar::10.jpg"]
    assert ids(collect(f"{tmp_path}/s-{{08..10}}.tar")) == wanted
    assert ids(collect(f"{tmp_path}/s-*.tar")) == wanted
    assert ids(collect(f"{tmp_path}/s-{{10,08}}.tar")) == wanted[::-2]
    monkeypatch.chdir(tmp_path)
    assert ids(collect("s-{08..10}.tar")) == wanted
    assert [path.name for path in map(type(tmp_path), expand("{a,b}/x-{1..2}.tar"))] == ["x-1.tar", "x-2.tar"] * 2


def test_a_shard_that_is_missing_or_damaged_ends_nothing(write_shard, tmp_path):
    whole = write_shard("s-0.tar", [("0.jpg", "a.jpg")])
    cut = write_shard("s-1.tar", [("0.jpg", "a.jpg"), ("1.png", "b.png")])
    cut.write_bytes(cut.read_bytes()[: read_shard(cut).members["1.png"][0] + 9])
    (tmp_path / "s-3.tar").write_bytes(b"no tar" * 1000)
    held = collect(f"{tmp_path}/s-{{0..3}}.tar")
    problems = {record.id: record.problem for record in held.records}
    assert problems["s-0.tar::0.jpg"] == ""
    assert "damaged or cut off (unexpected end of data); 2 members before" in problems["s-1.tar"]
    assert "No such file" in problems["s-2.tar"]
    assert "is no tar" in problems["s-3.tar"]
    with pytest.raises(DataError, match="cut off: it ends"):
        decode(next(record.path for record in held.records if record.id == "s-1.tar::1.png"))
    assert whole.is_file()


@pytest.mark.parametrize("pattern", ["no-{0..2}.tar", "no-*.tar", "no.tar"])
def test_no_shard_at_all_is_an_error(tmp_path, pattern):
    with pytest.raises(DataError, match="No such file|no such shard"):
        collect(f"{tmp_path}/{pattern}")


def test_too_many_shards_are_refused_at_once():
    with pytest.raises(DataError, match="more than 100,000 shards"):
        expand("{0..9999999}-{0..9999999}.tar")


def test_a_file_that_only_looks_like_a_member(tmp_path, write_photo, photo):
    path = write_photo(tmp_path / "x.tar::b.png", photo)
    (tmp_path / "list.txt").write_text("x.tar::b.png\n")
    assert (load_photograph(collect(tmp_path / "list.txt").records[0]) == photo).all()
    assert path.is_file()


# -- together ----------------------------------------------------------------------------------------------------------


def test_sources_among_photographs(photos, write_shard):
    shard = write_shard("s.tar", [("1.jpg", "a.jpg")])
    (photos / "list.txt").write_text("b.png\n")
    paths = [str(photos / "a.jpg"), str(shard), photos / "list.txt", f"{shard}::1.jpg", photos / "no.txt"]
    held = collect_paths(paths, short=True)
    assert ids(held) == ["a.jpg", "s.tar::1.jpg", "b.png", f"{shard}::1.jpg", f"{photos}/no.txt"]
    assert [bool(record.problem) for record in held.records] == [False] * 4 + [True]


def test_the_digest_is_of_content_not_of_places(photos, write_shard):
    (photos / "list.txt").write_text("a.jpg\nb.png\n")
    before = fingerprint(collect(photos / "list.txt").records)
    (photos / "list.txt").rename(photos / "other.txt")
    assert fingerprint(collect(photos / "other.txt").records) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[(text, False) for text in ("a.jpg", "a.tar::b.jpg", "p", "https://h/a.jpg", "https://h/a.jpg?x=1", "C:/photos")],
        *[(text, True) for text in ("a.TXT", "https://h/p", "s3://b/p-*.tar", "-")],
    ],
)
def test_what_is_a_source(text, expected):
    assert is_source(text) is expected


def test_a_folder_whose_name_ends_like_a_list(tmp_path, write_photo, photo):
    write_photo(tmp_path / "photos.txt" / "a.jpg", photo)
    assert ids(collect(tmp_path / "photos.txt")) == ["a.jpg"]
