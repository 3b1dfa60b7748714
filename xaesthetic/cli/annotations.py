"""What becomes of a study's annotations: exports, agreement, imports, backups, and people who want to be forgotten."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli import completing, drawing, options, plan, screen

if TYPE_CHECKING:
    import pandas as pd

    from xaesthetic.annotate.store import Store
    from xaesthetic.annotate.study import Study
    from xaesthetic.core.statistics import Estimate
    from xaesthetic.evaluation.same_others import SameOthers
    from xaesthetic.evaluation.study import Results, StudyAgreement

app = typer.Typer(no_args_is_help=True, help="What becomes of a study's annotations (see 'annotate').")
app.command("plan", epilog=plan.EPILOG)(plan.plan)
app.command("precision", epilog=plan.PRECISION_EPILOG)(plan.precision)
Folder = Annotated[Path, typer.Argument(metavar="STUDY", help="The study's folder.")]
Database = Annotated[
    str, typer.Option("--database", metavar="URL", help="Its database, with the password, where it is not study.sqlite.")
]
Keys = Annotated[Path | None, typer.Option("--keys", help="The key file, where it is not keys.csv in the folder.")]
_WORST = 5


@contextmanager
def _opened(folder: Path, database: str) -> Iterator[tuple["Study", "Store"]]:
    from xaesthetic.studies.opening import open_store

    with open_store(folder, database) as opened:
        yield opened


@app.command(epilog="\b\nExample:\n  xaesthetic annotations export study --out marked")
def export(
    study: Folder,
    out: Annotated[Path, typer.Option(help="The new folder; an older export of this study there is replaced.")],
    database: Database = "",
) -> None:
    """Write the data set 'annotations': masks, ratings, COCO's and Label Studio's JSON, points, fused regions."""
    from xaesthetic.studies import exports
    from xaesthetic.studies.agreement import exclusions

    with _opened(study, database) as (question, store):
        excluded = exclusions(list(store.marks()), question)
        screen.say(exports.export(store, question, study, out, excluded))
    for name, why in excluded.items():
        screen.say(f"excluded by the study's rules: {name}: {why}", err=True)
    screen.say(f"xaesthetic compare --data annotations --root {out} holds maps against it.", err=True)


@app.command(
    epilog="\b\nExamples:\n  xaesthetic annotations agreement study\n  "
    "xaesthetic annotations agreement study --out agreement --style slides --format svg,png"
)
def agreement(
    study: Folder,
    out: Annotated[
        Path | None, typer.Option(help="Where the tables go. Default: agreement in the study's folder.", show_default=False)
    ] = None,
    database: Database = "",
    columns: drawing.Columns = 2,
    format: drawing.Formats = None,  # noqa: A002  # the option's name
    dpi: drawing.Dpi = None,
    style: drawing.Style = "paper",
    as_json: options.Json = False,
) -> None:
    """Say how far people agree: on regions and ratings, with themselves, on catch trials; with and without exclusions."""
    import json

    from xaesthetic.studies import agreement as agreements

    look = drawing.report_options("per_map", columns, formats=format, dpi=dpi, style=style)
    with _opened(study, database) as (question, store):
        measured = agreements.measure_agreement(store, question)
        written = agreements.write_agreement(measured, store, question, study, out or study / "agreement", look)
    if as_json:
        tables = {name: json.loads(table.to_json(orient="records")) for name, table in measured.tables().items()}
        screen.say_json(json.dumps(tables, indent=2))
    else:
        _print(measured)
    for file in written:
        screen.say(file, err=as_json)


def _print(measured: "StudyAgreement") -> None:
    from xaesthetic.evaluation.study_agreement import most_disagreed

    _print_results(measured.everybody, "everybody")
    if measured.excluded:
        _print_results(measured.kept, f"without {len(measured.excluded)} excluded")
    _print_people(measured.people)
    if measured.drift.value == measured.drift.value:
        screen.say(f"drift: Dice with the others, less theirs, changes by {_estimate(measured.drift)} in 100 tasks")
    worst = most_disagreed(measured.everybody.agreement.regions, _WORST)
    lines = [[f"{row['photograph']}", row["attribute"], row["sign"], f"{row['dice']:.2f}"] for _, row in worst.iterrows()]
    screen.say()
    screen.print_table(["people disagree most on photograph", "attribute", "", "Dice"], lines)
    screen.say()
    screen.say("Dice and IoU are of pairs who both marked a region; by chance: where each region lies somewhere else.")


def _print_results(results: "Results", who: str) -> None:
    lines = []
    for (attribute, sign), rows in results.agreement.summary.groupby(["attribute", "sign"], sort=False):
        of = {str(row["measure"]): row for _, row in rows.iterrows()}
        if of["dice"]["value"] == of["dice"]["value"]:
            alone = [f"{of[name]['value']:z.2f}" for name in ("dice_chance", "iou_others", "alpha", "alpha_chance")]
            lines.append([f"{attribute} {sign}".strip() or "all", _interval(of["dice"]), *alone])
    screen.say()
    screen.print_table([f"regions, {who}", "Dice [95 %]", "by chance", "IoU with the others", "alpha", "by chance"], lines)
    ratings = [[row["attribute"], row["measure"], _interval(row)] for _, row in results.ratings.iterrows()]
    screen.say()
    screen.print_table([f"ratings, {who}", "", "[95 %]"], ratings)
    floors = results.floors.groupby("kind", sort=False)[["dice", "iou"]].mean()
    held = [[str(kind), f"{row['dice']:.2f}", f"{row['iou']:.2f}"] for kind, row in floors.iterrows()]
    screen.say()
    screen.print_table([f"held against each person, {who}", "Dice", "IoU"], held)


def _print_people(people: "pd.DataFrame") -> None:
    lines = [
        [
            str(row["annotator"]),
            f"{row['finished']} ({row['skipped']} skipped)",
            _known(row["dice_others"]),
            _known(row["self_dice"]),
            f"{row['caught']} of {row['catches']}",
            f"{row['seconds']:.0f} s" if row["seconds"] == row["seconds"] else "",
            str(row["why"]),
        ]
        for _, row in people.iterrows()
    ]
    columns = ["annotator", "tasks", "Dice with others", "with oneself", "catch trials", "a task", "excluded"]
    screen.say()
    screen.print_table(columns, lines)


def _known(value: float) -> str:
    return "" if value != value else f"{value:.2f}"


def _interval(row: "pd.Series") -> str:
    return f"{row['value']:z.2f} [{row['low']:z.2f}, {row['high']:z.2f}]"


@app.command(
    epilog="\b\nExamples:\n  xaesthetic annotations models study run --metric cc\n"
    "  xaesthetic annotations models study run --metric cc --map multigap_lite0:cam --map lite0_ft:cam --pilot pilot.csv"
)
def models(
    study: Folder,
    run: Annotated[Path, typer.Argument(help="A run on the study's export.", autocompletion=completing.run_folders)],
    metric: Annotated[str, typer.Option(metavar="NAME", help="What maps and people are compared by.")] = "cc",
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="MODEL:METHOD", help="Repeats. Default: all of the run.", show_default=False),
    ] = None,
    pilot: Annotated[
        Path | None,
        typer.Option(help="Two maps' differences, person by person: what 'annotations plan' reads.", show_default=False),
    ] = None,
    database: Database = "",
) -> None:
    """Hold models and each person against the same others; and two models against each other."""
    from xaesthetic.core.files import write_text
    from xaesthetic.core.spreadsheet import frame_csv
    from xaesthetic.studies import models as compared_models

    places = [_place(text) for text in map_ or ()]
    opened = options.open_run(run)
    with _opened(study, database) as (question, store):
        compared = compared_models.compare_with_people(store, question, opened, metric, places)
        _print_models(compared, metric)
        if pilot is None:
            return
        difference = compared_models.compare_models(store, question, opened, metric, places)
    lines = [[name, _estimate(item), f"{item.p:.3f}"] for name, item in difference.by_attribute.items()]
    screen.say()
    screen.print_table([f"{' less '.join(map_ or ())}, {metric}", "mean [95 %]", "p"], lines)
    write_text(pilot, frame_csv(difference.rows))
    screen.say(pilot)


def _place(text: str) -> tuple[str, str]:
    model, colon, method = text.rpartition(":")
    if not colon or not model or not method:
        raise typer.BadParameter(f"{text!r}: MODEL:METHOD was wanted, as multigap_lite0:cam.", param_hint="--map")
    return model, method


def _print_models(compared: "Mapping[str, SameOthers]", metric: str) -> None:
    lines = [
        [name, _estimate(item.model), _estimate(item.person), _estimate(item.difference)] for name, item in compared.items()
    ]
    columns = [f"{metric}, against the same others", "model [95 %]", "one person [95 %]", "model less person [95 %]"]
    screen.print_table(columns, lines)


def _estimate(item: "Estimate") -> str:
    return f"{item.value:z.3f} [{item.low:z.3f}, {item.high:z.3f}]"


@app.command(
    "import",
    epilog="\b\nExamples:\n  xaesthetic annotations import study --data label_studio --root project.json\n"
    "  xaesthetic annotations import study --data masks --root marked --attr light",
)
def import_(
    study: Folder,
    data: Annotated[str, typer.Option(metavar="masks|coco|label_studio", help="What form the regions have.")],
    root: Annotated[Path, typer.Option(help="The file or folder.")],
    attr: Annotated[
        str,
        typer.Option(
            "--attr", "--attribute", metavar="NAME", help="What regions without an attribute are about.", show_default=False
        ),
    ] = "",
    database: Database = "",
    keys: Keys = None,
) -> None:
    """Bring in regions that people drew elsewhere, each of them as a further annotator."""
    from xaesthetic.data.records import collect

    with _opened(study, database) as (question, store):
        from xaesthetic.annotate.importing import import_marks
        from xaesthetic.studies.opening import key_file

        collection = collect(data, root)
        done = import_marks(store, question, collection.records, str(root), key_file(question, study, keys), attr)
    screen.print_passed_over(collection.passed_over)
    for reason, count in done.left_out.items():
        screen.say(f"left out: {count} regions: {reason}", err=True)
    screen.say(f"{done.tasks} tasks of {len(done.annotators)} annotators")
    for name, pseudonym in done.annotators.items():
        screen.say(f"  {pseudonym}: {name}")


@app.command(epilog="\b\nExample:\n  xaesthetic annotations backup study --out study.zip")
def backup(
    study: Folder,
    out: Annotated[Path, typer.Option(help="The archive (ZIP); one that is there is replaced.")],
    database: Database = "",
) -> None:
    """Write all of a study into one archive, while it goes on; keys and invitations are not in it."""
    with _opened(study, database) as (question, store):
        from xaesthetic.annotate.backup import back_up

        screen.say(back_up(store, question, study, out))


@app.command(epilog="\b\nExample:\n  xaesthetic annotations restore study.zip --study again")
def restore(
    archive: Annotated[Path, typer.Argument(help="The backup.")],
    study: Annotated[Path, typer.Option("--study", help="A new folder.")],
    database: Database = "",
) -> None:
    """Make a study anew from its backup; people are invited anew."""
    from xaesthetic.core.extras import need

    need("sqlalchemy", extra="annotate", purpose="xaesthetic annotations restore")
    from xaesthetic.annotate.backup import restore as restored

    restored(archive, study, database)
    screen.say(f"{study}: 'xaesthetic annotate --study {study}' goes on with it.")


@app.command(epilog="\b\nExample:\n  xaesthetic annotations forget study a07 --runs runs")
def forget(
    study: Folder,
    annotator: Annotated[str, typer.Argument(metavar="ANNOTATOR", help="The pseudonym.")],
    runs: Annotated[
        list[Path] | None,
        typer.Option("--runs", help="Runs, or a folder with runs: those built on it are marked stale. Repeats. Default: ."),
    ] = None,
    database: Database = "",
    keys: Keys = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a person out of a study, its backups and its exports, for good."""
    from xaesthetic.studies import exports
    from xaesthetic.studies.opening import key_file

    with _opened(study, database) as (question, store):
        if not yes:
            typer.confirm(f"Take {annotator} out of {study} and its copies, for good?", abort=True)
        done = exports.forget(store, question, study, annotator, key_file(question, study, keys), runs or [Path()])
    screen.say(f"{annotator}: {done.saves} saves are gone.")
    for file in done.rewritten:
        screen.say(f"written anew: {file}")
    for run in done.stale:
        screen.say(f"stale: {run}; compute it anew in a new folder.")
    for file in done.missing:
        screen.say(f"not where it was written: {file}; take {annotator} out of it yourself, or delete it.", err=True)
