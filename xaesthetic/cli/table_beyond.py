"""What attributes have beyond the overall score, each measure less the same for permuted ratings."""

from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from xaesthetic.cli import options
from xaesthetic.cli.table_files import Folder, tell

EXAMPLES = (
    "\b\nExamples:\n  "
    "xaesthetic table beyond --data para:train --root PARA --model multigap_lite0 --maps osie --maps-root OSIE\n  "
    "xaesthetic table beyond --data ratings --root MINE --beyond none --permutations 50"
)
_NOTHING = "none"


def table_beyond(
    data: options.Data,
    root: options.Root = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="A model whose head is linear over global averages: its features are used, not its head."
        ),
    ] = None,
    beyond: Annotated[
        str,
        typer.Option(metavar="NAME|none", help="The score that attributes are taken beyond; 'none' for them as they are."),
    ] = "overall",
    maps: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FOLDER",
            help="Photographs for maps; with fixations gaze is measured, with subjects edits. Default: some of the rated "
            "ones, put aside.",
        ),
    ] = None,
    maps_root: Annotated[Path | None, typer.Option(help="Where the files of --maps lie.")] = None,
    photographs: Annotated[int, typer.Option(min=1, help="How many photographs get maps, at most.")] = 60,
    permutations: Annotated[int, typer.Option(min=20, help="How often the ratings are permuted.")] = 200,
    penalty: Annotated[
        float | None,
        typer.Option(
            min=1e-9,
            help="Of the ridge. Default: that of the model's head; by folds where it says none.",
            show_default=False,
        ),
    ] = None,
    out: Folder = None,
    device: options.Device = "auto",
    workers: options.Workers = 0,
    trust: options.Trust = False,
    seed: options.Seed = 0,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Out-of-fold ρ, split-half maps, edits and gaze of what attributes have beyond a score, less the same by chance."""
    from xaesthetic.core.described import Described
    from xaesthetic.evaluation.beyond import measure_beyond
    from xaesthetic.paper.beyond_evidence import gather_evidence
    from xaesthetic.paper.tables.beyond import beyond_layout

    if penalty is not None and not isfinite(penalty):
        raise typer.BadParameter(f"{penalty} is no penalty; a finite number was wanted.", param_hint="--penalty")
    of = "" if beyond.strip().lower() == _NOTHING else beyond.strip()
    execution = options.execution(workers, quiet, device, trust)
    chosen = model or options.choices(None, None)[0]
    gathered = gather_evidence(chosen, data, root, of, maps, maps_root, photographs, seed, penalty, execution)
    table = measure_beyond(gathered.evidence, gathered.penalty, of, permutations, seed=seed)
    notes = (*gathered.notes, f"{permutations} permutations; seed {seed}.")
    layout = beyond_layout(table, of, notes, Described(data=gathered.described))
    tell(layout.title, "table_beyond", [layout], {"table_beyond": table}, out, quiet, as_json)
