"""What a run folder means to whoever reads it, and in what two folders differ."""

import json
from dataclasses import asdict

import numpy as np
import pandas as pd

from support.hand_run import METHODS, MODELS
from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.judge import summarise
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import ANNOTATIONS, PREDICTIONS, RECORDS, SCORES
from xaesthetic.run.store import Run


def meaning(root):
    """All that is read of a run: the question, the tables, the maps, the summaries, a report."""
    run = Run.open(root)
    tables = {table.name: run.read(table)[list(table.names)] for table in (RECORDS, ANNOTATIONS, PREDICTIONS, SCORES)}
    stacks = {(model, method): run.maps(model, method) for model in MODELS for method in METHODS}
    maps = {key: np.concatenate([chunk for _, chunk in stack.chunks()]) for key, stack in stacks.items()}
    names = {key: [list(stack.images), list(stack.attributes), stack.adds_up] for key, stack in stacks.items()}
    judgement = summarise(run)
    if judgement.damaged:
        raise DataError(judgement.damaged[0])
    summaries = {name: table for name, table in judgement.tables.items() if len(table)}
    (report,) = draw_reports(run, ["predictions"])
    return {
        "question": json.loads(json.dumps(asdict(run.experiment))),
        "records": [record.id for record in run.records()],
        "trained": run.trained(),
        "tables": tables,
        "names": names,
        "maps": maps,
        "summaries": summaries,
        "report": report.read_text(),
    }


def difference(read, base, root):
    """In what a run means something else than it says; empty where it does not."""
    held = json.loads((root / "experiment.json").read_text("utf-8-sig"))
    asked = {name: held["question"].get(name, default) for name, default in base["question"].items()}
    if read["question"] != asked or any(type(read["question"][name]) is not type(asked[name]) for name in asked):
        return "question"
    for key in read["maps"]:
        kept = json.loads((root / "maps" / key[0] / f"{key[1]}.zarr" / "zarr.json").read_text())["attributes"]
        if read["names"][key] != [kept["images"], kept["attributes"], kept.get("adds_up", "")]:
            return f"names of {key}"
        if not np.array_equal(read["maps"][key], base["maps"][key]):
            return f"maps of {key}"
    for name, table in base["tables"].items():
        if not same(read["tables"][name], table):
            return name
    if read["question"] == base["question"] and read["names"] == base["names"] and read["trained"] == base["trained"]:
        if read["report"] != base["report"]:
            return "report"
        return next((name for name, table in base["summaries"].items() if not same(read["summaries"][name], table)), "")
    return ""


def same(one, other):
    try:
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    except AssertionError:
        return False
    return True
