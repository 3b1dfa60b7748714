"""Make tests/run/old_run and tests/run/old_summaries with commit b1f167c.

    git worktree add BEFORE b1f167c && make -C BEFORE VENV=VENV VENV/.installed
    PYTHONPATH=tests python tests/run/make_old_run.py VENV/bin/python

See tests/run/old_run/README.md.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from support.old_run import FOLDER, SUMMARIES, install, point_records, write_photographs

_BLOCKS = "import xaesthetic.pipeline as p, xaesthetic.store as s; p.look_at_blocks(s.Run.open('old_run'))"
_EXPLAIN = (
    *("explain", "--attr", "all", "--data", "six_photos", "--root", "photographs"),
    *("--model", "calm_net", "--model", "wild_net"),
    *("--method", "cam", "--method", "activation_energy", "--method", "grad_cam"),
    *("--batch", "4", "--device", "cpu", "--out", "old_run", "--quiet"),
)
_METRICS = ("nss", "shuffled_auc", "information_gain", "cc", "kl", "iou", "average_precision")
_SCORE = (
    *("score", "old_run", "--by-person", "--edits", "--faithfulness", "--randomise", "--quiet"),
    *(word for metric in _METRICS for word in ("--metric", metric)),
)


def make(python: Path, work: Path) -> None:
    """Run the stages of the old version in a folder of their own, then take that folder's name out of the tables."""
    write_photographs(work / "photographs")
    environment = os.environ | {"PYTHONPATH": str(install(work / "plugins", "old"))}
    for arguments, status in (_EXPLAIN, 1), (_SCORE, 0):  # 1: a photograph cannot be read
        done = subprocess.run([python.with_name("xaesthetic"), *arguments], cwd=work, env=environment)
        if done.returncode != status:
            raise SystemExit(f"exit status {done.returncode} where {status} was expected")
    subprocess.run([python, "-c", _BLOCKS], cwd=work, env=environment, check=True)
    point_records(work / "old_run", str(work), "")


def keep(run: Path) -> None:
    """Put the run, and of its report the tables, into the place of what is there; the README stays."""
    readme = (FOLDER / "README.md").read_bytes()
    for folder in (FOLDER, SUMMARIES):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(run, FOLDER, ignore=shutil.ignore_patterns("report"))
    (FOLDER / "README.md").write_bytes(readme)
    SUMMARIES.mkdir()
    for table in (run / "report").glob("*.csv"):
        shutil.copy(table, SUMMARIES)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        make(Path(sys.argv[1]).absolute(), folder)
        keep(folder / "old_run")
