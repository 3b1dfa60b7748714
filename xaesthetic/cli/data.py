"""Commands about data sets."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli import options, screen

if TYPE_CHECKING:
    from xaesthetic.core.execution import Execution
    from xaesthetic.data.check import Sheet

app = typer.Typer(no_args_is_help=True, help="Data sets: what there is, under which licence.")


@app.command("list", epilog="\b\nExample:\n  xaesthetic data list")
def data_list() -> None:
    """Data sets, and who made the embedded photographs under which licence."""
    from xaesthetic.core.plugins import names as plugin_names
    from xaesthetic.core.plugins import summary as plugin_summary
    from xaesthetic.data.fetch.registry import download_names
    from xaesthetic.data.records import find_records

    screen.print_table(["data set", ""], [[name, plugin_summary("datasets", name)] for name in plugin_names("datasets")])
    screen.say()
    rows = [[record.id, record.credit] for record in find_records("sample") if record.edit is None]
    screen.print_table(["photograph in 'sample'", "credit and licence"], rows)
    screen.say()
    screen.print_table(["to fetch", "size", "", "licence"], [screen.download_row(name) for name in download_names()])


@app.command(
    "fetch",
    epilog="\b\nExamples:\n  "
    "xaesthetic data fetch resnet50 malu\n  "
    "xaesthetic data fetch aadb\n  "
    "xaesthetic data fetch aadb --from flickr\n"
    "\n\b\nDownloads are kept in the folder that the environment variable XAESTHETIC_CACHE names, or the user's cache.",
)
def data_fetch(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="What 'xaesthetic data list' shows.")],
    source: Annotated[
        str | None, typer.Option("--from", metavar="SOURCE", help="aadb: drive (default), warp256, flickr or labels.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Fetch again, and accept what has changed; ask Flickr again for what was gone.")
    ] = False,
    rate: Annotated[float, typer.Option(min=0.01, help="Requests to Flickr a second, at most.")] = 5.0,
    workers: Annotated[int, typer.Option(min=1, help="Requests to Flickr at the same time.")] = 4,
    quiet: options.Quiet = False,
) -> None:
    """Download data sets and weights, once, verified, going on where it was stopped."""
    from xaesthetic.core.progress import choose as choose_progress
    from xaesthetic.data.fetch.download import fetch_files
    from xaesthetic.data.fetch.flickr import fetch_flickr
    from xaesthetic.data.fetch.registry import cached, find_download
    from xaesthetic.data.records import find_records

    def say(text: str) -> None:
        screen.say(text, err=True)

    track = choose_progress(quiet)
    missing: dict[str, str] = {}
    for name in names:
        download = find_download(name)
        if not quiet:
            screen.say(f"{name}: {download.citation}", err=True)
            screen.say(f"  licence: {download.licence}", err=True)
        if download.by_hand:
            screen.say(f"{name}: is not fetched here; {download.by_hand}, or unpack it in {cached(name)}.")
            screen.say(f"  terms: {download.licence}")
            continue
        for place in fetch_files(name, source, again, track, say=say):
            screen.say(place)
        if source == "flickr":
            folder = cached(name) / "flickr"
            photographs = [record.id for record in find_records(name)]
            missing |= fetch_flickr(photographs, folder, rate=rate, workers=workers, again=again, track=track)
            screen.say(folder)
    if missing:
        screen.print_missing(missing)
        raise typer.Exit(1)


@app.command(
    "check",
    epilog="\b\nExamples:\n  "
    "xaesthetic data check aadb --root path/to/AADB --missing missing.txt\n  "
    "xaesthetic data check para osie my/photos --root path/to/PARA\n  "
    "xaesthetic data check para osie=path/to/OSIE --model lite0_ft",
)
def data_check(
    name: Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="A data set, or a folder of photographs.")],
    others: Annotated[
        list[str] | None,
        typer.Argument(metavar="OTHER[=ROOT]", help="Further ones, in which the same photographs are looked for."),
    ] = None,
    root: options.Root = None,
    near: Annotated[
        bool, typer.Option("--near/--no-near", help="Open all photographs to find those that look alike.")
    ] = True,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Look for copies by the features of this model too, as lite0_ft: crops and mirrored ones. All are compared "
            "with all.",
        ),
    ] = None,
    workers: options.Workers = 0,
    quiet: options.Quiet = False,
    missing: Annotated[Path | None, typer.Option(help="Write the names of missing photographs to this file.")] = None,
    as_json: options.Json = False,
) -> None:
    """Count the photographs, show how ratings are distributed and hang together, and find photographs that come twice."""
    from xaesthetic.core.choices import ModelChoice, validate_choice
    from xaesthetic.core.files import write_text
    from xaesthetic.data.check import examine_data

    if model is not None:
        validate_choice(ModelChoice.parse(model))  # a name may be misspelt: before photographs are opened
    further = dict(map(_other, others or ()))
    execution = options.execution(workers, quiet or not sys.stderr.isatty())
    check = examine_data(name, root, further, near, execution)
    if model is not None:
        check = replace(check, sheets=(*check.sheets, _by_features(model, {name: root} | further, execution)))
    if missing:
        write_text(missing, "".join(f"{item}\n" for item in check.missing))
    if as_json:
        screen.say_json(json.dumps(asdict(check), indent=2, ensure_ascii=False))
    else:
        screen.print_check(check)
    screen.print_passed_over(check.passed_over)
    screen.print_left_out(check.left_out)
    if check.missing or check.left_out:
        raise typer.Exit(1)


def _by_features(model: str, data: Mapping[str, Path | None], execution: "Execution") -> "Sheet":
    """The photographs that a model takes for one another."""
    from xaesthetic.core.choices import ModelChoice
    from xaesthetic.data.check import near_sheet
    from xaesthetic.data.records import find_records
    from xaesthetic.train.similar import SIMILAR, near_by_features

    records = {item: find_records(item, place) for item, place in data.items()}
    pairs = near_by_features(records, ModelChoice.parse(model), execution)
    return near_sheet(pairs, f" by features of {model} (cosine of {SIMILAR:.2f} or more)")


def _other(text: str) -> tuple[str, Path | None]:
    """Return a further data set's name, or a folder, and where its files lie if that is said."""
    name, _, place = text.partition("=")
    return (text, None) if not place or Path(text).exists() else (name, Path(place))
