"""Runs as event files of TensorBoard (https://www.tensorflow.org/tensorboard)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xaesthetic.core.extras import need
from xaesthetic.core.facts import exporter
from xaesthetic.exporting.choice import ExportOptions, choose
from xaesthetic.exporting.photographs import ExportedPhotograph, overlay, overlay_caption, photographs, png
from xaesthetic.run.store import Run

_FILE = "events.out.tfevents.0.xaesthetic"  # not with the machine's name in it, as usual


@exporter(requires="tensorboard", extra="tensorboard")
def tensorboard(run: Run, out: Path, options: ExportOptions) -> None:
    """TensorBoard's event file: ratings as scalars, overlays as images; the photographs are the steps.

    Parameters
    ----------
    run
        With predictions and maps.
    out
        Gets one event file. What belongs to a step stands in the text `photograph`.
    options
        What of the run.
    """
    event = need("tensorboard.compat.proto.event_pb2", extra="tensorboard", purpose="an export to tensorboard").Event
    records = need("tensorboard.summary.writer.record_writer", extra="tensorboard", purpose="an export to tensorboard")
    choice, time = choose(run, options), (run.root / "experiment.json").stat().st_mtime
    with (out / _FILE).open("wb") as file:
        writer = records.RecordWriter(file)
        writer.write(event(wall_time=time, file_version="brain.Event:2").SerializeToString())
        for item in photographs(run, choice, options):
            values = [*_values(item)]
            message = event(wall_time=time, step=item.number, summary={"value": values})
            writer.write(message.SerializeToString())


def _values(item: ExportedPhotograph) -> Iterator[dict[str, Any]]:
    """What a step shows, as TensorBoard's messages have it."""
    yield _text("photograph", item.caption)
    for (model, attribute), rating in item.ratings.items():
        yield {"tag": f"rating/{model}/{attribute}", "simple_value": rating}
    for attribute, rating in item.record.ratings.items():
        yield {"tag": f"people/{attribute}", "simple_value": rating}
    for shown in item.maps:
        tag, drawn = "/".join(("map", *shown.place.parts)), overlay(item, shown)
        yield {
            "tag": tag,
            "image": {
                "height": drawn.shape[0],
                "width": drawn.shape[1],
                "colorspace": 3,
                "encoded_image_string": png(drawn),
            },
        }
        yield _text(f"caption/{tag}", overlay_caption(item, shown))


def _text(tag: str, text: str) -> dict[str, Any]:
    return {
        "tag": tag,
        "metadata": {"plugin_data": {"plugin_name": "text"}},
        "tensor": {"dtype": 7, "tensor_shape": {"dim": [{"size": 1}]}, "string_val": [text.encode("utf-8", "replace")]},
    }
