"""Runs as runs of MLflow, in a database of its own (https://mlflow.org/docs/latest/tracking.html)."""

import csv
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from xaesthetic.core.extras import need
from xaesthetic.core.facts import exporter
from xaesthetic.exporters._environment import variables
from xaesthetic.exporters._names import Names
from xaesthetic.exporters._question import question
from xaesthetic.exporting.choice import ExportOptions, choose
from xaesthetic.exporting.photographs import ExportedPhotograph, overlay, overlay_caption, photographs
from xaesthetic.run.store import Run

_SILENT = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
_PURPOSE = "an export to mlflow"
_STRANGE, _STRANGE_OF_IMAGES = r"[^\w./ -]+", r"[^A-Za-z0-9_./ -]+"  # to MLflow, in a name
_LONGEST = 6000  # letters of a parameter
_DATABASE, _ARTIFACTS = "mlflow.db", "artifacts"


@exporter(requires="mlflow", extra="mlflow")
def mlflow(run: Run, out: Path, options: ExportOptions) -> None:
    """MLflow's database (SQLite) and artifacts: ratings as metrics, overlays as images; the photographs are the steps.

    Parameters
    ----------
    run
        With predictions and maps.
    out
        Gets `mlflow.db` and `artifacts/`, which the database names by its whole path. Which photograph a step is, and what
        every overlay shows, stands in the artifact `photographs.csv`.
    options
        What of the run.
    """
    with variables(_SILENT):
        library = need("mlflow", extra="mlflow", purpose=_PURPOSE)  # which sets how much it says
        entities = need("mlflow.entities", extra="mlflow", purpose=_PURPOSE)
        with _quiet():
            _write(library.MlflowClient(f"sqlite:///{out / _DATABASE}"), entities, run, out, options)
    _move(out / _DATABASE, out.as_uri(), options.place.as_uri())


def _write(client: Any, entities: Any, run: Run, out: Path, options: ExportOptions) -> None:
    experiment = client.create_experiment("xaesthetic", artifact_location=(out / _ARTIFACTS).as_uri())
    made = client.create_run(experiment, run_name=run.root.name).info.run_id
    names, images = Names(_STRANGE, "/"), Names(_STRANGE_OF_IMAGES, "/")
    params = [entities.Param(names.of(name), text[:_LONGEST]) for name, text in question(run).items()]
    client.log_batch(made, params=params)
    with _table(client, made, out / "photographs.csv") as rows:
        rows.writerow(["step", "photograph", "credit", "image", "shows"])
        for item in photographs(run, choose(run, options), options):
            client.log_batch(made, metrics=[entities.Metric(*row, 0, item.number) for row in _metrics(item, names)])
            rows.writerow([item.number, item.record.id, item.record.credit, "", ""])
            for shown in item.maps:
                key = images.of("map", *shown.place.parts)
                client.log_image(made, Image.fromarray(overlay(item, shown)), key=key, step=item.number, synchronous=True)
                rows.writerow([item.number, item.record.id, item.record.credit, key, overlay_caption(item, shown)])
    client.set_terminated(made)


def _metrics(item: ExportedPhotograph, names: Names) -> Iterator[tuple[str, float]]:
    for pair, rating in item.ratings.items():
        yield names.of("rating", *pair), rating
    for attribute, rating in item.record.ratings.items():
        yield names.of("people", attribute), float(rating)


@contextmanager
def _table(client: Any, run_id: str, file: Path) -> Iterator[Any]:
    """A table that is written row by row, and becomes an artifact of the run once it is complete."""
    with file.open("w", encoding="utf-8", newline="") as rows:
        yield csv.writer(rows)
    client.log_artifact(run_id, str(file))
    file.unlink()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to errors what MLflow and its database say meanwhile."""
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _move(database: Path, written: str, final: str) -> None:
    """Have the database name the folder by the path that it will have."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            connection.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (written, final))  # noqa: S608
