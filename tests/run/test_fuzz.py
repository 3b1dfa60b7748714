"""Run folders from outside: what is accepted means what it says, everything else is one line; nothing is a traceback.

python tests/run/test_fuzz.py 300      counts what becomes of 300 folders
"""

import random
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))  # where it is run by hand

from support.hand_run import hand_run
from support.meaning import difference, meaning
from support.mutations import OTHER, SAME

from xaesthetic.core.errors import XaestheticError


def outcome(base, root, mutate, seed, work):
    """What becomes of a folder: `used`, `refused`, or what is wrong."""
    folder = Path(shutil.copytree(root, work / "run"))
    try:
        mutate(folder, random.Random(seed))
        return outcome_of(base, folder)
    finally:
        shutil.rmtree(folder)


def too_long(*_):
    raise TimeoutError("a pipe is waited for")


def outcome_of(base, folder):
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(60)
    try:
        read = meaning(folder)
    except XaestheticError as error:
        return "refused" if "\n" not in str(error) else f"several lines: {error}"
    except Exception as error:  # what the test is for
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"traceback: {type(error).__name__}: {error} ({Path(last.filename).name}, {last.name})"
    finally:
        signal.alarm(0)
    wrong = difference(read, base, folder)
    return f"wrong: {wrong}" if wrong else "used"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    root = tmp_path_factory.mktemp("fuzz") / "here"
    hand_run(root, 3)
    return meaning(root), root


BOUNDED = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.slow
@BOUNDED
@given(st.sampled_from(SAME), st.integers(0, 2**32))
def test_a_folder_that_means_the_same_is_used(base, mutate, seed):
    with tempfile.TemporaryDirectory() as work:
        assert outcome(*base, mutate, seed, Path(work)) == "used"


@BOUNDED
@given(st.sampled_from(OTHER), st.integers(0, 2**32))
def test_another_folder_is_refused_in_one_line_or_means_what_it_says(base, mutate, seed):
    with tempfile.TemporaryDirectory() as work:
        assert outcome(*base, mutate, seed, Path(work)) in ("used", "refused")


def count(number):
    """What becomes of so many folders, a third of which mean the same."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        hand_run(work / "here", 3)
        base = meaning(work / "here")
        results = Counter()
        for seed in range(number):
            mutate = SAME[seed // 3 % len(SAME)] if seed % 3 == 0 else OTHER[seed // 3 % len(OTHER)]
            result = outcome(base, work / "here", mutate, seed, work)
            if result not in ("used", "refused"):
                print(f"{mutate.__name__} {seed}: {result}"[:300], flush=True)
            if mutate in SAME and result != "used":
                print(f"{mutate.__name__} {seed}: {result}, but it means the same", flush=True)
            results[result.partition(":")[0]] += 1
        print(dict(results))


if __name__ == "__main__":
    count(int(sys.argv[1]))
