"""Runs as runs of Weights & Biases, written offline (https://docs.wandb.ai/guides/technical-faq/setup)."""

from pathlib import Path
from typing import Any

from xaesthetic.core.extras import need
from xaesthetic.core.facts import exporter
from xaesthetic.core.files import remove
from xaesthetic.exporters._environment import variables
from xaesthetic.exporters._question import question
from xaesthetic.exporting.choice import ExportOptions, choose
from xaesthetic.exporting.photographs import ExportedPhotograph, overlay, overlay_caption, photographs
from xaesthetic.run.store import Run

_SILENT = {"WANDB_ERROR_REPORTING": "false", "WANDB_MODE": "offline"}


@exporter(requires="wandb", extra="wandb")
def wandb(run: Run, out: Path, options: ExportOptions) -> None:
    """Weights & Biases, offline: ratings as metrics, overlays as images; the photographs are the steps.

    Nothing is sent: `wandb sync OUT/offline-run-*` is for whoever wants that. Neither the machine nor its code is described.

    Parameters
    ----------
    run
        With predictions and maps.
    out
        Gets a folder ``offline-run-…``.
    options
        What of the run.
    """
    choice = choose(run, options)
    with variables(_SILENT):
        library = need("wandb", extra="wandb", purpose="an export to wandb")
        settings = library.Settings(
            mode="offline", console="off", silent=True, symlink=False, disable_code=True, disable_git=True, save_code=False,
            x_disable_meta=True, x_disable_machine_info=True, x_disable_stats=True, x_save_requirements=False,
            root_dir=str(out),
        )  # fmt: skip
        logged = library.init(project="xaesthetic", name=run.root.name, config=question(run), settings=settings)
        try:
            for item in photographs(run, choice, options):
                logged.log(_row(item, library.Image), step=item.number)
        except BaseException:
            logged.finish(exit_code=1)
            raise
        logged.finish()
    _tidy(out)


def _row(item: ExportedPhotograph, image: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"photograph": item.record.id, "credit": item.record.credit}
    row |= {f"rating/{model}/{attribute}": rating for (model, attribute), rating in item.ratings.items()}
    row |= {f"people/{attribute}": rating for attribute, rating in item.record.ratings.items()}
    for shown in item.maps:
        row["/".join(("map", *shown.place.parts))] = image(overlay(item, shown), caption=overlay_caption(item, shown))
    return row


def _tidy(out: Path) -> None:
    """Put the run in the folder itself, and leave out logs, which name this machine's folders."""
    for made in (out / "wandb").glob("offline-run-*"):
        for aside in ("logs", "tmp"):
            remove(made / aside)
        made.rename(out / made.name)
    remove(out / "wandb")
