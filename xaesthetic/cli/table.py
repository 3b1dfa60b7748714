"""The paper's two tables, and what attributes have beyond the overall score."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli import drawing, options, screen
from xaesthetic.cli.lists import split_commas
from xaesthetic.cli.table_2 import EXAMPLES, table_2
from xaesthetic.cli.table_beyond import EXAMPLES as BEYOND
from xaesthetic.cli.table_beyond import table_beyond
from xaesthetic.cli.table_files import Folder, Predictions, Resamples, named, tell

if TYPE_CHECKING:
    from xaesthetic.core.attributes import Attribute
    from xaesthetic.core.execution import Execution
    from xaesthetic.core.types import Experiment, Record
    from xaesthetic.paper.tables.attribute_ranks import RankTable
    from xaesthetic.train.feature_sets import FeatureSets

app = typer.Typer(no_args_is_help=True, help="The paper's tables, with intervals.")


@app.command(
    "1",
    epilog="\b\nExamples:\n  "
    "xaesthetic table 1 --data aadb --model multigap_resnet50=weights/paper --model multigap_lite0 --out tables\n  "
    "xaesthetic table 1 --data aadb --predictions mine=preds.csv --predictions theirs=other.csv\n  "
    "xaesthetic table 1 --data aadb --predictions r.csv\n  "
    "xaesthetic table 1 --data para:test --root PARA --model multigap_lite0 --model nima --ablations --out tables\n  "
    "xaesthetic table 1 --data para:test --root PARA --metric krcc --metric plcc --primary multigap_lite0,lite0_ft",
)
def table_1(
    data: options.Data = "aadb",
    root: options.Root = None,
    model: options.Models = None,
    weights: options.Weights = None,
    predictions: Predictions = None,
    attr: options.Attributes = ["all"],  # noqa: B006  # typer copies it
    ablations: Annotated[
        bool,
        typer.Option(
            "--ablations",
            help="Add rows of ridge regressions, fitted to the list 'train', on pixel statistics, scene category, and the "
            "last, the earlier and all blocks of the first model.",
        ),
    ] = False,
    primary: Annotated[
        str | None,
        typer.Option(
            metavar="ROW,ROW",
            help="The one comparison of mean ρ that is declared beforehand and not corrected. Default: multigap_lite0 "
            "against multigap_lite0_ratings where both are rows.",
            show_default=False,
        ),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="krcc|plcc|pairwise", help="A metric besides Spearman's ρ. Repeats.", callback=split_commas),
    ] = None,
    label: drawing.Labels = None,
    out: Folder = None,
    resamples: Resamples = 2000,
    device: options.Device = "auto",
    batch: options.Batch = 8,
    workers: options.Workers = 0,
    trust: options.Trust = False,
    seed: options.Seed = 0,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Spearman's ρ of every model for every attribute, with intervals and paired differences, beside the paper's."""
    from xaesthetic.core.described import Described
    from xaesthetic.data.records import collect
    from xaesthetic.paper.tables.attribute_ranks import attribute_ranks, table_frames
    from xaesthetic.paper.tables.given import read_predictions
    from xaesthetic.paper.tables.layout import rank_layouts
    from xaesthetic.paper.tables.related import with_related
    from xaesthetic.paper.tables.training import learnt_elsewhere
    from xaesthetic.pipeline import compare
    from xaesthetic.run.near_seen import near_seen
    from xaesthetic.run.schemas import PREDICTIONS
    from xaesthetic.run.seen import seen_photographs, without_seen

    metrics, declared = _metrics(metric), _primary(primary)
    collection = collect(data, root)
    records = collection.records
    attributes = _rows(attr, records, collection.described)
    seen: dict[str, frozenset[str]] = {}
    tested = [record for record in records if any(name.startswith("test") for name in record.splits)] or records
    tables, chosen = [], []
    notes: list[str] = []
    trained: dict[str, str] = {}
    described = Described(data=collection.described)
    for name, file in named(predictions):
        table, said = read_predictions(name, file, [record.id for record in tested], attributes)
        chosen.append(table)
        notes += said
    left_out: dict[str, str] = {}
    execution = options.execution(workers, quiet, device, trust)
    chosen_models = options.choices(model, weights) if model or not predictions else ()
    packed: dict[str, str] = {}
    if ablations:
        sets = _feature_sets((*chosen_models, *options.choices(None, weights))[0], data, root, execution)
        tables.append(sets.predictions)
        trained |= sets.trained
        tested = [record for record in tested if record.id not in sets.near]
        notes += [f"{len(sets.near)} photographs that look like one of the list train are left out."] * bool(sets.near)
    listed = f"{data}:test" if ":" not in data and any("test" in record.splits for record in records) else data
    for choice in chosen_models:
        # a run for each model: whoever adds one waits for that one only
        experiment = options.experiment(["all"], listed, root, [choice], [], None, seed, batch, device)
        experiment = replace(experiment, methods=())
        rated = compare(experiment, _run_folder(experiment), execution, draw=False)
        tables.append(rated.run.read(PREDICTIONS))
        trained |= rated.run.trained()
        described = replace(described, models={**described.models, **rated.run.described().models})
        left_out |= rated.left_out
        seen |= seen_photographs(rated.run)
        packed |= {key: source.seen for key, source in rated.run.answered_by().models.items()}
    near = near_seen(packed, tested, listed, root, execution)
    unseen, left = without_seen([*tables, *chosen], seen, data, near)
    people = {name for record in tested for name in record.ratings}
    related, likeness = with_related(unseen, collection.described, described.models, people)
    notes += (*left, *likeness)
    result = attribute_ranks(tested, related, attributes, resamples, seed, declared, metrics)
    paper = data.partition(":")[0] == "aadb"
    below: frozenset[str] = frozenset()
    if not paper and len(trained) > 1:
        below = learnt_elsewhere(packed, data, root)
    layouts = rank_layouts(replace(result, notes=(*notes, *_declared(declared, result))), paper, trained, described, below)
    frames = table_frames(result)
    tell("Table 1", "table_1", layouts, frames, out, quiet, as_json, label)
    screen.print_passed_over(collection.passed_over)
    screen.print_left_out(left_out)
    if left_out:
        raise typer.Exit(1)


def _run_folder(experiment: "Experiment") -> Path:
    """The folder of one model's ratings; another one where these photographs or their ratings have changed since.

    `--out` names the folder of the tables, so that nobody could name another one.
    """
    from xaesthetic.data.records import fingerprint
    from xaesthetic.run.store import Run
    from xaesthetic.stages.asking import collect_photographs

    folder = options.folder(experiment, None)
    if not (folder / "experiment.json").is_file():
        return folder
    now = fingerprint(collect_photographs(experiment).records)
    before = Run.open(folder).experiment.inputs.get("photographs", now)
    return folder if before == now else folder.with_name(f"{folder.name}-{now[-8:]}")


def _metrics(chosen: Sequence[str] | None) -> tuple[str, ...]:
    from xaesthetic.core.order import METRICS

    unknown = [name for name in chosen or () if name not in METRICS]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(METRICS)}.", param_hint="--metric")
    return tuple(dict.fromkeys(chosen or ()))


def _primary(text: str | None) -> tuple[str, ...]:
    """The two rows whose comparison is declared, before anything is computed."""
    from xaesthetic.paper.tables.mean_ranks import PRIMARY

    names = tuple(name.strip() for name in text.split(",")) if text is not None else PRIMARY
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise typer.BadParameter(f"{text!r} is not ROW,ROW: two different rows were wanted.", param_hint="--primary")
    return names


def _declared(names: Sequence[str], table: "RankTable") -> list[str]:
    """Say which comparison was declared; a declared row that is not there leaves none."""
    from xaesthetic.paper.tables.mean_ranks import PRIMARY

    rows = set(table.means["model"])
    if set(names) <= rows:
        return [f"Declared beforehand: the mean ρ of {names[0]} against {names[1]}; all other comparisons are corrected."]
    missing = [name for name in names if name not in rows]
    return [] if tuple(names) == PRIMARY else [f"The comparison declared is not made: {missing[0]} is no row of the table."]


def _feature_sets(choice: str, data: str, root: Path | None, execution: "Execution") -> "FeatureSets":
    """What sets of features predict; the features are kept among the runs."""
    from hashlib import sha256

    from xaesthetic.core.choices import ModelChoice
    from xaesthetic.data.records import find_records, whole_name
    from xaesthetic.train.feature_sets import predict_from_features

    name = whole_name(data)
    parsed = ModelChoice.parse(choice)
    folder = Path("runs") / f"features-{parsed.key}-{sha256(f'{choice} {name} {root}'.encode()).hexdigest()[:8]}"
    return predict_from_features(parsed, name, find_records(name, root), folder, execution)


def _rows(attr: Sequence[str], records: "Sequence[Record]", described: "Sequence[Attribute]") -> tuple[str, ...]:
    """The attributes asked for, which people must have rated, or one related to them; for all the paper's and others."""
    from xaesthetic.core.attributes import NAMES, in_order
    from xaesthetic.core.attributes import parse as parse_attributes
    from xaesthetic.core.described import find_related
    from xaesthetic.core.errors import DataError, unknown

    rated = in_order(name for record in records for name in record.ratings)
    if any(text.strip().lower() == "all" for text in attr):
        return (*_PAPER, *(name for name in rated if name not in NAMES))
    near = {name: find_related(name, described) for name in parse_attributes(tuple(attr)) if name not in rated}
    chosen = tuple(item.name if (item := near.get(name)) else name for name in parse_attributes(tuple(attr)))
    missing = [name for name in chosen if rated and name not in rated]
    if missing:
        raise DataError(unknown("rated attribute", missing[0], rated, label="People rated"))
    return chosen


_PAPER = (
    "balancing_elements", "content", "color_harmony", "depth_of_field", "light", "object_emphasis", "rule_of_thirds",
    "vivid_color", "overall",
)  # fmt: skip
"""The rows of the paper's table, in its order."""


app.command("2", epilog=EXAMPLES)(table_2)
app.command("beyond", epilog=BEYOND)(table_beyond)
