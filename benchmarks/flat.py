"""Whether a long run stays as fast and as small as it began, and what is left of it after SIGKILL.

    python benchmarks/flat.py [--photographs 10000] [--kills 10] [--killed 1000] [--model multigap_lite0]

Makes small photographs, explains all of them by `cam` in a process of its own, and prints photographs a second and resident
memory at every tenth of them. Then a smaller run is killed at random moments and resumed each time; at the end its folder
must be that of an undisturbed run, byte for byte.
"""

import argparse
import filecmp
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pictures import write_photographs

BATCH = 8
SIZE = 320, 240


def begin(photographs: Path, out: Path, model: str) -> subprocess.Popen[bytes]:
    """Begin to explain all photographs."""
    code = "from xaesthetic.cli import main; main()"
    words = ["explain", "--data", photographs, "--attr", "all", "--model", model, "--method", "cam", "--out", out, "--quiet"]
    return subprocess.Popen([sys.executable, "-c", code, *map(str, words), "--batch", str(BATCH)])


def resident(process: int) -> float:
    """Megabytes, as Linux has them."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def watch(photographs: Path, out: Path, model: str, count: int) -> None:
    """Print the rate and the memory at every tenth of the photographs."""
    process, step = begin(photographs, out, model), count // BATCH // 10
    before, waited = 0, 0.0
    print("photographs  photographs/s  MB")
    while process.poll() is None:
        time.sleep(0.2)
        done = sum(1 for _ in (out / "parts" / "predict").glob("*.done"))
        if not waited and done:
            before, waited = done, time.monotonic()  # records are examined first
        if done >= before + step:
            now = time.monotonic()
            print(
                f"{done * BATCH:11d}{(done - before) * BATCH / (now - waited):15.1f}{resident(process.pid):6.0f}", flush=True
            )
            before, waited = done, now
    if process.returncode:
        sys.exit(f"the run ended with {process.returncode}")


def kill(photographs: Path, out: Path, model: str, seconds: Sequence[float]) -> int:
    """Kill a run after so many seconds each, then let it finish; return how often it was still running."""
    killed = 0
    for moment in seconds:
        process = begin(photographs, out, model)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
    if begin(photographs, out, model).wait():
        sys.exit("the killed run does not finish")
    return killed


def differences(one: Path, other: Path) -> list[str]:
    """Files that are not the same in both, but for the report, which tells when it was made."""
    files = {file.relative_to(root) for root in (one, other) for file in root.rglob("*") if file.is_file()}
    kept = sorted(file for file in files if file.parts[0] != "report" and not file.name.startswith(("experiment.json", ".")))
    _, *others = filecmp.cmpfiles(one, other, map(str, kept), shallow=False)
    return [name for names in others for name in names]


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--photographs", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--killed", type=int, default=1000, help="photographs of the run that is killed")
    parser.add_argument("--model", default="multigap_lite0")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flat-") as folder:
        root = Path(folder)
        if options.photographs:
            watch(
                write_photographs(root / "many", options.photographs, *SIZE),
                root / "flat",
                options.model,
                options.photographs,
            )
        few, started = write_photographs(root / "few", options.killed, *SIZE), time.monotonic()
        if begin(few, root / "whole", options.model).wait():
            sys.exit("the undisturbed run does not finish")
        duration, chance = time.monotonic() - started, random.Random(0)
        moments = [chance.uniform(3, max(4.0, duration / 3)) for _ in range(options.kills)]
        killed = kill(few, root / "killed", options.model, moments)
        differ = differences(root / "whole", root / "killed")
        print(f"killed {killed} times: {'identical' if not differ else f'differs in {differ}'}")


if __name__ == "__main__":
    main()
