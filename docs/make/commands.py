"""Run every command and all Python of README, CONTRIBUTING and docs, with stand-ins for what only a reader can have.

    python docs/make/commands.py [--list] [--data FOLDER] [PAGE…]

A folder of its own for every page, with photographs that come with the project. FOLDER holds data that are not: osie, para, nima.
Prints a line a command, and ends with 1 where one failed. About half an hour on two cores; `--list` only says what would be run.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import desk
from pages import PAGES, ROOT, Piece, name, pieces
from stand_ins import BEFORE, DATA, DEAR, FIRST, LASTING, NOT_RUN, REPLACED, WITH_DATA

SECONDS = 1800
"""After which a command is taken for stuck."""
MAIN = 'exec "{}" -c "from xaesthetic.cli import main; main()" "$@"'
STOPPED = (0, 130)


def reason(piece: Piece, data: Path | None = None) -> str:
    """Say why a piece is not run; empty where it is."""
    for row in NOT_RUN:
        if row.page == piece.page and piece.text.startswith(row.begins):
            has_all = data is not None and all((data / one).exists() for one in WITH_DATA.get(piece.page, ("nowhere",)))
            return "" if row.reason == DATA and has_all else row.reason
    return ""


def stood_in(piece: Piece) -> str:
    """Put stand-ins into a piece's text."""
    text = piece.text
    for (page, words), others in REPLACED.items():
        text = text.replace(words, others) if page == piece.page else text
    if text.startswith("#!/bin/bash"):  # a queue's script: as its tasks run it
        return f"SLURM_CPUS_PER_TASK=1\nfor SLURM_ARRAY_TASK_ID in 1 2; do\n{text}\ndone\n".replace(
            "--shard", "--batch 1 --shard"
        )
    return text


def before(piece: Piece) -> tuple[str, ...]:
    """Return what is done before a piece, which the page takes for done."""
    rows = (lines for (page, begins), lines in BEFORE.items() if page == piece.page and piece.text.startswith(begins))
    return next(rows, ())


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of commands: this interpreter's `xaesthetic` and `python` come first, and an empty cache."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    for program, line in {"xaesthetic": MAIN, "python": 'exec "{}" "$@"'}.items():
        (programs / program).write_text(f"#!/bin/sh\n{line.format(sys.executable)}\n", encoding="utf-8")
        (programs / program).chmod(0o755)
    path = os.pathsep.join((str(programs), os.environ["PATH"]))
    places = os.pathsep.join(
        [*(str(ROOT / part) for part in ("", "baselines", "reports", "tests")), os.environ.get("PYTHONPATH", "")]
    )
    return os.environ | {"PATH": path, "PYTHONPATH": places, "XAESTHETIC_CACHE": str(folder / "cache"), "COLUMNS": "100"}


def run(text: str, folder: Path, held: dict[str, str]) -> tuple[int, str]:
    """Run lines of a shell; return the exit status and what was said. What lasts is stopped when it is ready."""
    lasts = text.startswith(LASTING)
    said = folder / ".said"
    with said.open("w") as out:
        process = subprocess.Popen(
            ["bash", "-c", f"set -e\n{'exec ' if lasts else ''}{text}"], cwd=folder, env=held,
            stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        if lasts:
            stop(process, said)
        try:
            status = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
    return (0 if lasts and status in STOPPED else status), said.read_text()


def stop(process: subprocess.Popen, said: Path) -> None:
    """Wait until a server says that it is ready, then stop it as Ctrl-C does, again where that came too early."""
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end and "Ctrl-C ends" not in said.read_text():
        time.sleep(0.5)
    while process.poll() is None and time.monotonic() < end + 60:
        process.send_signal(signal.SIGINT)
        time.sleep(2)


def run_page(page: Path, ready: Path, data: Path | None, cheaply: bool = False) -> Iterator[tuple[str, Piece, float, str]]:
    """Run a page: what became of each piece (ran, skipped, failed), its seconds, and the reason or what was said."""
    with tempfile.TemporaryDirectory() as place:
        folder, held = Path(place) / "desk", environment(Path(place))
        shutil.copytree(ready, folder)
        if data is not None:
            desk.link_data(data.resolve(), folder, Path(place) / "cache")
        python = FIRST.get(name(page), "")
        for piece in pieces(page):
            dear = cheaply and any(piece.page == page and piece.text.startswith(begins) for page, begins in DEAR)
            if why := "takes long" if dear else reason(piece, data):
                yield "skipped", piece, 0.0, why
                continue
            began = time.perf_counter()
            text = stood_in(piece)
            if piece.language == "python":
                python += f"\n{desk.included(text)}"
                (folder / "page.py").write_text(python, encoding="utf-8")
                text = "python page.py"
            status, said = 0, ""
            for line in (*before(piece), text):
                status, said = run(line, folder, held) if status == 0 else (status, said)
            missing = "pip install 'xaesthetic[" in said and status == 2
            what = "skipped" if missing else "failed" if status else "ran"
            yield what, piece, time.perf_counter() - began, "needs an extra that is not here" if missing else said


def main() -> None:
    """Run the pages, and say what became of each command."""
    words, data = sys.argv[1:], None
    if "--data" in words:
        place = words.index("--data")
        data, words = Path(words[place + 1]), words[:place] + words[place + 2 :]
    chosen = [page for page in PAGES if not (names := [word for word in words if word != "--list"]) or name(page) in names]
    if "--list" in words:
        print(
            *(f"{reason(piece, data) or 'runs':50}{piece.page}  {piece.title}" for page in chosen for piece in pieces(page)),
            sep="\n",
        )
        return
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        desk.prepare(Path(place) / "desk")
        for page in chosen:
            for what, piece, seconds, said in run_page(page, Path(place) / "desk", data):
                print(
                    f"{what:8}{seconds:5.0f} s  {piece.page}  {piece.title}" + (f"  ({said})" if what == "skipped" else ""),
                    flush=True,
                )
                failed += what == "failed"
                if what == "failed":
                    print("    " + "\n    ".join(said.strip().splitlines()[-12:]), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
