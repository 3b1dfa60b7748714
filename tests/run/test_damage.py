"""A run notices damage: no flipped bit, no cut, missing or exchanged file is believed.

python tests/run/test_damage.py 1000      counts what becomes of 1,000 damages
"""

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # where it is run by hand

from support.hand_run import hand_run
from support.meaning import difference, meaning

from xaesthetic.core.errors import DataError, XaestheticError
from xaesthetic.evaluation.judge import summarise
from xaesthetic.run import arrays
from xaesthetic.run.schemas import ANNOTATIONS, PREDICTIONS
from xaesthetic.run.store import Run

KINDS = ("flip", "cut", "gone", "exchanged")


def files(root):
    """What a run reads again: figures and tables in report/ are drawn, not read."""
    inside = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".png"]
    return sorted(path for path in inside if path.relative_to(root).parts[0] != "report")


def harmed(file, others, kind, chance):
    """Another content for a file; None where it is gone."""
    data = bytearray(file.read_bytes())
    if kind == "flip":
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif kind == "cut":
        data = data[: chance.randrange(len(data))]
    elif kind == "exchanged":
        alike = [other for other in others if other.suffix == file.suffix and other.read_bytes() != data]
        data = chance.choice(alike).read_bytes() if alike else data[::-1]
    return None if kind == "gone" else bytes(data)


def outcome(base, root, seed):
    """`noticed` in one line, `made again` to the same, or what is believed."""
    chance = random.Random(seed)
    file, kind = chance.choice(files(root)), chance.choice(KINDS)
    before = {path: path.read_bytes() for path in files(root)}
    content = harmed(file, list(before), kind, chance)
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    try:
        wrong = difference(meaning(root), base, root)
        return f"silent: {kind} {file.relative_to(root)}: {wrong}" if wrong else "made again"
    except XaestheticError as error:
        return "noticed" if "\n" not in str(error) else f"several lines: {error}"
    finally:
        for path in set(files(root)) - set(before):
            path.unlink()
        for path, data in before.items():
            if not path.is_file() or path.read_bytes() != data:
                path.write_bytes(data)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    root = tmp_path_factory.mktemp("damage") / "here"
    hand_run(root, 3)
    return meaning(root), root


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_no_damage_is_believed(base, seed):
    assert outcome(*base, seed) in ("noticed", "made again")


# -- what a sum of each file alone would not notice --------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "SHARD", 1)  # a file a batch, so that some are damaged and others not
    return hand_run(tmp_path / "here", 3, scored=False)


def test_chunks_that_change_places_are_noticed_and_other_arrays_are_read(run):
    folder = run.maps_folder("one", "cam") / "c"
    first, second = (folder / number / "0" / "0" / "0" for number in "01")
    first.write_bytes(second.read_bytes())  # whole, with a crc32c of its own
    with pytest.raises(DataError, match=r"cam\.zarr: cannot be read \(the sha256 of c/0/0/0/0 is not .* delete it"):
        run.maps("one", "cam").of("p000")
    assert run.maps("one", "activation_energy").of("p000").shape == (2, 5, 6)
    assert len(run.read(PREDICTIONS)) == 9


def test_damage_of_one_array_does_not_keep_others_from_being_shown(tmp_path, command):
    run = hand_run(tmp_path / "here", 3)
    for summary in (run.root / "summaries").glob("*"):
        summary.unlink()
    (run.maps_folder("one", "cam") / "zarr.json").write_text("{}")
    status, out, err = command("score", run.root, "--metric", "nss")
    assert (status, err.count("cannot be read")) == (2, 1)
    assert "nss, " in out
    assert "two cam" in out.partition("completeness")[2]
    judgement = summarise(run)
    assert set(judgement.tables["completeness"]["model"] + judgement.tables["completeness"]["method"]) == {
        "oneactivation_energy", "twocam", "twoactivation_energy",
    }  # fmt: skip
    assert "cam.zarr: cannot be read" in judgement.damaged[0]


READ = {
    "experiment.json": lambda run: Run.open(run.root),
    "predictions.parquet": lambda run: run.read(PREDICTIONS),
    "maps/one/cam.zarr": lambda run: run.maps("one", "cam"),
}


@pytest.mark.parametrize("name", READ)
def test_a_sum_that_is_gone_is_noticed(run, name):
    (run.root / f"{name}.sha256").unlink()
    with pytest.raises(DataError, match=rf"cannot be read \({Path(name).name}\.sha256, which should stand .* is missing\)"):
        READ[name](run)


def test_a_table_or_array_that_is_gone_is_noticed_where_its_sum_is_there(run):
    (run.root / "annotations.parquet").rename(run.root / "kept")
    with pytest.raises(DataError, match=r"annotations\.parquet: is missing, but its sha256 is there; put it back"):
        run.read(ANNOTATIONS)
    (run.root / "kept").rename(run.root / "annotations.parquet")
    energy = run.maps_folder("one", "activation_energy")
    energy.rename(run.root / "kept")
    with pytest.raises(DataError, match=r"no one/activation_energy maps yet"):
        run.find_maps("one", "activation_energy")


def test_a_file_is_summed_once_and_again_when_it_has_changed(run, monkeypatch):
    from xaesthetic.core import files as core_files
    from xaesthetic.run import sums

    monkeypatch.setattr(sums, "_FRESH", 0)
    sums._sum.cache_clear()
    summed = []
    sha256 = core_files.sha256
    monkeypatch.setattr(core_files, "sha256", lambda path: summed.append(path) or sha256(path))
    for _ in range(3):
        Run.open(run.root).read(PREDICTIONS)
    assert summed.count(run.root / "predictions.parquet") == 1
    (run.root / "predictions.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="its sha256 is not the one"):
        run.read(PREDICTIONS)


def count(number):
    """What becomes of so many damages."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "here"
        hand_run(root, 3)
        base, results = meaning(root), Counter()
        for seed in range(number):
            result = outcome(base, root, seed)
            if result not in ("noticed", "made again"):
                print(seed, result[:300], flush=True)
            results[result.partition(":")[0]] += 1
        print(dict(results))


if __name__ == "__main__":
    count(int(sys.argv[1]))
