import io
import random
import tarfile

import pytest

from xaesthetic.core.errors import DataError
from xaesthetic.data.tar import open_member, read_shard


def add(tar, name, content=b"", **facts):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    for key, value in facts.items():
        setattr(member, key, value)
    tar.addfile(member, io.BytesIO(content))


@pytest.fixture
def shard(tmp_path):
    """Three files, of which one is empty and one has a long name; and what is hostile."""
    with tarfile.open(tmp_path / "s.tar", "w") as tar:
        add(tar, "a.jpg", b"a" * 1000)
        add(tar, "./d/b.jpg", b"")
        add(tar, f"{'long' * 60}.jpg", b"c" * 513)
        add(tar, "../x.jpg", b"1")
        add(tar, "d/../../x.jpg", b"1")
        add(tar, "/etc/x.jpg", b"1")
        add(tar, "link.jpg", type=tarfile.SYMTYPE, linkname="/etc/passwd")
        add(tar, "hard.jpg", type=tarfile.LNKTYPE, linkname="a.jpg")
        add(tar, "device.jpg", type=tarfile.CHRTYPE)
        add(tar, "pipe.jpg", type=tarfile.FIFOTYPE)
        add(tar, "folder.jpg", type=tarfile.DIRTYPE)
        add(tar, "a.jpg", b"another")
    return tmp_path / "s.tar"


def test_members_are_read_in_place(shard):
    index = read_shard(shard)
    assert list(index.members) == ["a.jpg", "d/b.jpg", f"{'long' * 60}.jpg"]
    assert not index.problem
    with tarfile.open(shard) as tar:  # another reader
        for name, written in (("a.jpg", tar.getmembers()[0]), (f"{'long' * 60}.jpg", f"{'long' * 60}.jpg")):
            with open_member(shard, name) as file:
                assert file.read() == tar.extractfile(written).read()
    with open_member(shard, "d/b.jpg") as file:
        assert file.read() == b""


def test_what_is_hostile_is_passed_over_and_nothing_is_written(shard):
    before = sorted(shard.parent.rglob("*"))
    reasons = {item.name: item.reason for item in read_shard(shard).passed_over}
    outside = "a name that leads out of its shard"
    assert reasons == {
        "../x.jpg": outside,
        "d/../../x.jpg": outside,
        "/etc/x.jpg": outside,
        "link.jpg": "a link, which is not followed",
        "hard.jpg": "a link, which is not followed",
        "device.jpg": "a device or pipe",
        "pipe.jpg": "a device or pipe",
        "a.jpg": "a name that comes twice in its shard; the first counts",
    }
    assert sorted(shard.parent.rglob("*")) == before


def test_moving_in_a_member_is_as_in_a_file_of_its_own(shard, tmp_path):
    content = random.Random(1).randbytes(200_000)
    with tarfile.open(tmp_path / "t.tar", "w") as tar:
        add(tar, "before", b"x" * 777)
        add(tar, "it", content)
        add(tar, "after", b"y" * 777)
    chance, whole = random.Random(2), io.BytesIO(content)
    with open_member(tmp_path / "t.tar", "it") as file:
        for _ in range(300):
            place, count = (
                chance.choice([(chance.randrange(250_000), 0), (-chance.randrange(200_000), 2)]),
                chance.randrange(90_000),
            )
            assert file.seek(*place) == whole.seek(*place)
            assert file.read(count) == whole.read(count)
            assert file.tell() == whole.tell()
        with pytest.raises(ValueError, match="negative place"):
            file.seek(-1)


def test_a_shard_that_is_cut_off_keeps_what_came_before(shard):
    content = shard.read_bytes()
    shard.write_bytes(content[: 512 + 1000 - 1])  # within the first member
    assert "unexpected end of data" in read_shard(shard).problem
    with pytest.raises(DataError, match=r"cut off: it ends 1 bytes before"):
        open_member(shard, "a.jpg")
    shard.write_bytes(content[: 512 + 1024])  # just after it
    assert "no end mark" in read_shard(shard).problem
    with open_member(shard, "a.jpg") as file:
        assert len(file.read()) == 1000
    with pytest.raises(DataError, match="holds no such member and is damaged"):
        open_member(shard, "d/b.jpg")


def test_a_damaged_header_is_no_end(shard):
    content = bytearray(shard.read_bytes())
    content[512 + 1024 + 150] ^= 0xFF  # the second header's checksum
    shard.write_bytes(bytes(content))
    assert "damaged header at byte 1,536" in read_shard(shard).problem
    assert list(read_shard(shard).members) == ["a.jpg"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"not a tar" * 200, "is no tar, or a damaged one"),
        (b"\x1f\x8b\x08" + bytes(2000), "is a compressed tar"),
        (b"\xfd7zXZ\0" + bytes(2000), "is a compressed tar"),
    ],
)
def test_what_is_no_tar_is_said_in_one_line(tmp_path, content, reason):
    (tmp_path / "s.tar").write_bytes(content)
    with pytest.raises(DataError, match=reason) as error:
        read_shard(tmp_path / "s.tar")
    assert "\n" not in str(error.value)


def test_a_missing_tar_a_folder_and_a_null(tmp_path):
    for path in (tmp_path / "no.tar", tmp_path, tmp_path / "a\0b.tar"):
        with pytest.raises(DataError):
            read_shard(path)


def test_damage_anywhere_ends_nothing_and_loops_nowhere(shard):
    content = shard.read_bytes()
    chance = random.Random(5)
    for _ in range(200):
        damaged = bytearray(content)
        for _ in range(chance.choice([1, 3, 40])):
            damaged[chance.randrange(len(damaged) - 4096)] = chance.randrange(256)
        shard.write_bytes(bytes(damaged[: chance.choice([len(damaged), chance.randrange(1, len(damaged))])]))
        try:
            index = read_shard(shard)
            for name in index.members:
                with open_member(shard, name) as file:
                    file.read()
        except DataError:
            continue


def test_sizes_that_are_negative_do_not_loop(tmp_path):
    header = bytearray(tarfile.TarInfo("a.jpg").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + (-1024 & 0xFFFF).to_bytes(2, "big")  # base 256: -1024
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    (tmp_path / "s.tar").write_bytes(bytes(header) * 3 + bytes(1024))
    with pytest.raises(DataError, match="negative|no tar"):
        read_shard(tmp_path / "s.tar")


def test_a_shard_that_is_written_anew_is_read_anew(shard):
    read_shard(shard)
    with tarfile.open(shard, "w") as tar:
        add(tar, "other.jpg", b"o" * 3000)
    assert list(read_shard(shard).members) == ["other.jpg"]


def test_many_members_are_reached_without_a_scan(tmp_path, monkeypatch):
    with tarfile.open(tmp_path / "s.tar", "w") as tar:
        for number in range(2000):
            add(tar, f"{number}.jpg", b"%d" % number)
    read_shard(tmp_path / "s.tar")
    monkeypatch.setattr(tarfile, "TarFile", None)  # whoever scanned again would stumble
    for number in (0, 999, 1999):
        with open_member(tmp_path / "s.tar", f"{number}.jpg") as file:
            assert file.read() == b"%d" % number
