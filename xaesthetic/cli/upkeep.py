"""Commands that look after run folders: verify and repair, join shards, free what is not used."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli import completing, options, screen

if TYPE_CHECKING:
    from xaesthetic.repairing import Verdict

app = typer.Typer()
_NAMED = 20  # photographs that were changed and are named; --json has all


@app.command(epilog="\b\nExamples:\n  xaesthetic verify runs/mine\n  xaesthetic verify runs/mine --no-repair --json")
def verify(
    run: options.RunFolder,
    repair: Annotated[
        bool, typer.Option("--repair/--no-repair", help="Make again what is damaged or missing, or only say so.")
    ] = True,
    photographs: Annotated[
        bool, typer.Option("--photographs/--no-photographs", help="Hold the photographs against their checksums too.")
    ] = True,
    workers: options.Workers = 0,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Check every checksum of a run and that all is there; make again what is damaged. Exit status 1 if faults are left."""
    from xaesthetic.repairing import verify

    verdict = verify(run, repair, options.execution(workers, quiet, trust=trust), photographs=photographs)
    if as_json:
        screen.say_json(json.dumps(_plain(verdict), indent=2, ensure_ascii=False))
    else:
        _print(run, verdict, repair)
    if verdict.left:
        raise typer.Exit(1)


@app.command(epilog="\b\nExample:\n  xaesthetic merge runs/1 runs/2 runs/3 --out runs/all")
def merge(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...", help="All shards of one question, in any order.", autocompletion=completing.run_folders
        ),
    ],
    out: Annotated[Path, typer.Option(help="The new run folder.")],
    quiet: options.Quiet = False,
) -> None:
    """Join shards (--shard I/N) to the run that would have been made without them; no model, no torch."""
    from xaesthetic.core.progress import choose
    from xaesthetic.merging import merge

    merged = merge(runs, out, choose(quiet))
    screen.say(merged.run.root)
    if not merged.is_complete and not quiet:
        screen.say(f"not complete yet: 'xaesthetic explain {merged.run.root}' makes the maps that are missing", err=True)


@app.command(epilog="\b\nExamples:\n  xaesthetic gc runs/mine --dry-run\n  xaesthetic gc runs/*")
def gc(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Run folders.", autocompletion=completing.run_folders)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
) -> None:
    """Free what nothing of a run references: half-written files, chunks of finished stages, maps of no question."""
    from xaesthetic.core.errors import DataError
    from xaesthetic.run.garbage import collect_garbage

    problems: list[str] = []
    freed = 0
    for root in runs:
        try:
            garbage = collect_garbage(options.open_run(root), dry_run)
        except DataError as error:  # the others are looked at all the same
            problems.append(str(error))
            continue
        for item in garbage:
            screen.say(f"{item.size:>12,} bytes  {root / item.path} ({item.reason})")
        freed += sum(item.size for item in garbage)
    screen.say(f"{freed:>12,} bytes {'would be freed' if dry_run else 'freed'}")
    for problem in problems[:-1]:
        screen.say(problem, err=True)
    if problems:
        raise DataError(problems[-1])


def _plain(verdict: "Verdict") -> dict[str, object]:
    return {
        "faults": [asdict(fault) for fault in verdict.faults],
        "left": [asdict(fault) | {"not_repaired": verdict.reasons.get(fault.path, "")} for fault in verdict.left],
        "changed_photographs": dict(verdict.changed),
    }


def _print(run: Path, verdict: "Verdict", repair: bool) -> None:
    """One line a fault, one a photograph that was changed, and what it comes to."""
    left = set(verdict.left)
    for fault in verdict.faults:
        screen.say(f"{fault}; repaired" if repair and fault not in left else fault)
    for fault in verdict.left if repair else ():
        screen.say(f"{fault}; not repaired: {verdict.reasons.get(fault.path, 'it is damaged again')}", err=True)
    for number, reason in enumerate(verdict.changed.values()):
        if number == _NAMED:
            screen.say(f"and {len(verdict.changed) - number} more photographs", err=True)
            break
        screen.say(reason, err=True)
    repaired = len(verdict.faults) - len(left & set(verdict.faults))
    if not verdict.faults:
        screen.say(f"{run}: whole")
    else:
        count = len(verdict.faults)
        screen.say(f"{run}: {count} fault{'s' * (count != 1)}, {repaired if repair else 0} repaired, {len(left)} left")
