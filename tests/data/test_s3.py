"""Photographs in S3, by a server of moto on this machine; where moto and s3fs are installed."""

import tarfile

import pytest
from support.fetching import cache  # noqa: F401  # a fixture

from xaesthetic.core.errors import DataError
from xaesthetic.core.places import to_place
from xaesthetic.data import remote
from xaesthetic.data.images import decode
from xaesthetic.data.opening import file_sum
from xaesthetic.data.records import collect

moto = pytest.importorskip("moto.server")
pytest.importorskip("s3fs")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service():
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(service, cache, monkeypatch):
    import s3fs

    for name, value in (("ACCESS_KEY_ID", "me"), ("SECRET_ACCESS_KEY", "pw"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", service)
    s3fs.S3FileSystem.clear_instance_cache()
    remote._outcome.cache_clear()
    system = s3fs.S3FileSystem(use_listings_cache=False)
    system.mkdir("photos")
    yield system
    system.rm("photos", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()
    remote._outcome.cache_clear()


def test_folders_lists_shards_and_photographs_in_s3(bucket, tmp_path, write_photo, photo):
    path = write_photo(tmp_path / "a.png", photo)
    with tarfile.open(tmp_path / "s.tar", "w") as tar:
        tar.add(path, "d/b.png")
    bucket.put(str(path), "photos/d/a.png")
    bucket.put(str(tmp_path / "s.tar"), "photos/s-0.tar")
    bucket.pipe("photos/list.txt", b"d/a.png\nno.png\n")
    for data, ids in (
        ("s3://photos/d", ["a.png"]),
        ("s3://photos/d/", ["a.png"]),
        ("s3://photos/list.txt", ["d/a.png", "no.png"]),
        ("s3://photos/s-{0..0}.tar", ["s-0.tar::d/b.png"]),
        ("s3://photos/s-*.tar", ["s-0.tar::d/b.png"]),
    ):
        held = collect(data)
        assert [record.id for record in held.records] == ids
        assert (decode(held.records[0].path) == photo).all()
    with pytest.raises(DataError, match=r"^s3://photos/no\.png: is not there\.$"):
        decode(to_place("s3://photos/no.png"))
    with pytest.raises(DataError, match=r"s3://nowhere/"):
        collect("s3://nowhere/")


def test_a_change_in_s3_is_noticed(bucket, tmp_path, write_photo, photo):
    place = to_place("s3://photos/a.png")
    bucket.put(str(write_photo(tmp_path / "a.png", photo)), "photos/a.png")
    first = file_sum(place)
    bucket.put(str(write_photo(tmp_path / "a.png", photo[::-1])), "photos/a.png")
    assert file_sum(place) == first  # for some minutes
    remote._outcome.cache_clear()
    assert file_sum(place) not in (first, "")
    assert (decode(place) == photo[::-1]).all()


def test_no_credentials_is_one_line(bucket, monkeypatch, tmp_path):
    import s3fs

    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.delenv(f"AWS_{name}")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(remote, "ATTEMPTS", 1)
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(DataError, match="credentials") as error:
        decode(to_place("s3://photos/a.png"))
    assert "\n" not in str(error.value)
