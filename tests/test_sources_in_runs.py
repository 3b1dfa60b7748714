"""Runs about lists, shards and addresses: the same numbers as about a folder, resumed, and without secrets."""

import tarfile
from dataclasses import replace

import numpy as np
import pytest
from support.bad_server import Answer, serving
from support.comparing import compare, experiment, photos  # noqa: F401  # fixtures
from support.fetching import cache, server  # noqa: F401  # fixtures
from support.plugin_package import plugged  # noqa: F401  # a fixture

from xaesthetic.core.errors import DataError
from xaesthetic.data import remote
from xaesthetic.data.cache import free
from xaesthetic.data.tar import read_shard
from xaesthetic.run.question import default_folder
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run
from xaesthetic.stages import predict

pytestmark = pytest.mark.usefixtures("plugged", "cache")
SECRET = "hunter2"


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    monkeypatch.setattr(remote, "ATTEMPTS", 1)
    remote._outcome.cache_clear()
    yield
    remote._outcome.cache_clear()


@pytest.fixture
def names(photos):
    return sorted(path.name for path in photos.iterdir())


@pytest.fixture
def sources(photos, names, server, tmp_path):
    """The same photographs as a list, a table, two shards, and at addresses with secrets."""
    import pandas as pd

    (photos / "list.txt").write_text("\n".join(names))
    pd.DataFrame({"path": names}).to_parquet(photos / "list.parquet")
    for number, some in enumerate((names[:4], names[4:])):
        with tarfile.open(tmp_path / f"s-{number}.tar", "w") as tar:
            for name in some:
                tar.add(photos / name, name)
        server.say(f"/s-{number}.tar?sig={SECRET}", Answer(body=(tmp_path / f"s-{number}.tar").read_bytes()))
    for name in names:
        server.say(f"/d/{name}?token={SECRET}", Answer(body=(photos / name).read_bytes()))
    lines = "\n".join(f"{secretly(server.url)}/d/{name}?token={SECRET}" for name in names)
    far = server.say(f"/d/list.txt?token={SECRET}", Answer(body=lines.encode()))
    return {
        "list": str(photos / "list.txt"),
        "table": str(photos / "list.parquet"),
        "shards": f"{tmp_path}/s-{{0..1}}.tar",
        "far list": secretly(far),
        "far shards": secretly(f"{server.url}/s-{{0..1}}.tar?sig={SECRET}"),
    }


def secretly(url):
    return url.replace("http://", f"http://{SECRET}:{SECRET}@")


def numbers(run):
    maps = run.maps("tiny_net", "cam")
    ratings = run.read(PREDICTIONS)[["attribute", "prediction"]].to_numpy()
    return [run.experiment.inputs["photographs"][:3], ratings.tolist(), [maps.map(i, "light").tolist() for i in maps.images]]


@pytest.mark.parametrize("kind", ["table", "shards", "far list", "far shards"])
def test_the_numbers_are_those_of_a_folder(compare, sources, kind, tmp_path):
    wanted = compare("folder").run
    made = compare("out", data=sources[kind])
    assert numbers(made.run) == numbers(wanted)
    assert not made.left_out
    again = compare("out", data=sources[kind])  # does nothing, and finds its question
    assert again.run.is_complete()
    for file in (tmp_path / "out").rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes()


@pytest.mark.parametrize("kind", ["shards", "far list"])
def test_a_stopped_run_goes_on(compare, sources, kind, monkeypatch, tmp_path):
    wanted = compare("whole", data=sources[kind]).run

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("xaesthetic.stages.predict.pass_records", stop)
        with pytest.raises(KeyboardInterrupt):
            compare("out", data=sources[kind])
    assert not Run.open(tmp_path / "out").has(PREDICTIONS)
    assert numbers(compare("out", data=sources[kind]).run) == numbers(wanted)
    assert predict.pass_records is not stop


def test_a_question_has_one_folder_whatever_its_secrets_are(experiment):
    one, two = (replace(experiment, data=f"https://me:{word}@h/l.txt?sig={word}") for word in ("a", "b"))
    assert default_folder(one) == default_folder(two) != default_folder(replace(one, data="https://h/other.txt"))
    assert "a@" not in str(default_folder(one))


def test_a_run_of_a_signed_photograph_goes_on_from_the_cache_and_says_when_it_cannot(compare, sources, server, names):
    one = f"{secretly(server.url)}/d/{names[0]}?token={SECRET}"
    run = compare("out", data="x", photographs=(one,), pick=None).run
    (record,) = run.records()
    assert SECRET not in str(record.path)
    from xaesthetic.data.photograph import load_photograph

    assert load_photograph(record).shape[2] == 3
    list(free())
    with pytest.raises(DataError, match="held a secret, which is not kept"):
        load_photograph(record)
    assert compare("out", data="x", photographs=(one,), pick=None).run.is_complete()
    assert load_photograph(record).shape[2] == 3


def test_what_is_damaged_is_left_out_and_the_others_are_rated(compare, sources, tmp_path, names):
    cut = tmp_path / "s-1.tar"
    cut.write_bytes(cut.read_bytes()[: read_shard(cut).members[names[4]][0] + 9])
    made = compare("out", data=sources["shards"].replace("1}", "2}"))
    assert len(set(made.run.read(PREDICTIONS)["image"])) == 4
    assert sorted(made.left_out)[-1] == "s-2.tar"
    assert any("damaged or cut off" in reason for reason in made.left_out.values())
    assert all("\n" not in reason for reason in made.left_out.values())


def test_a_shard_that_changes_while_a_run_is_stopped_is_said(compare, sources, tmp_path, monkeypatch, names, photos):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("xaesthetic.stages.predict.pass_records", stop)
        with pytest.raises(KeyboardInterrupt):
            compare("out", data=sources["shards"])
    with tarfile.open(tmp_path / "s-1.tar", "w") as tar:  # one is gone, the others lie elsewhere in it
        for name in names[5:]:
            tar.add(photos / name, name)
    made = compare("out", data=sources["shards"])
    assert len(set(made.run.read(PREDICTIONS)["image"])) == 6
    assert [reason for reason in made.left_out.values() if "holds no such member" in reason]


def test_a_strangers_run_names_nothing_outside_of_its_shards(compare, sources, tmp_path):
    run = compare("out", data=sources["shards"]).run
    from xaesthetic.run.schemas import RECORDS

    table = run.read(RECORDS)
    for strange in ("/etc/x.tar::a.jpg", "http://other.invalid/a.jpg", "/etc/a.jpg"):
        run.write(RECORDS, table.assign(path=[strange, *table["path"][1:]]))
        with pytest.raises(DataError, match="none of the data's files"):
            Run.open(tmp_path / "out").records()


@pytest.mark.slow
def test_reports_are_drawn_without_the_server(compare, photos, names, tmp_path):
    with serving() as own:
        for name in names:
            own.say(f"/d/{name}", Answer(body=(photos / name).read_bytes()))
        data = own.say("/d/list.txt", Answer(body="\n".join(names).encode()))
        run = compare("out", data=data).run
    remote._outcome.cache_clear()
    from xaesthetic.reporting import draw_reports

    assert draw_reports(run, "attribute_grid")
    assert np.isfinite(run.read(PREDICTIONS)["prediction"]).all()
