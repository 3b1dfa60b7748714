from dataclasses import replace

import numpy as np
import pandas as pd
from support.hand_run import hand_run

from xaesthetic.cli import judgement, ratings, screen
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run
from xaesthetic.stages.predict import Ratings

NAN = float("nan")


def test_of_many_photographs_left_out_only_some_are_named(capsys):
    screen.print_left_out({f"{i}.jpg": f"{i}.jpg: gone" for i in range(20)})
    assert "more" not in capsys.readouterr().err
    screen.print_left_out({f"{i}.jpg": f"{i}.jpg: gone" for i in range(300)})
    said = capsys.readouterr().err
    assert "left out: 300 photographs" in said
    assert "19.jpg: gone\n  and 280 more" in said
    assert "20.jpg" not in said


def test_what_is_not_known_is_left_empty(capsys):
    blank = {"model": "net", "method": "cam", "attribute": "light", "edit": "drain", "photographs": 3, "verdict": ""}
    tables = {
        "edit_response": ("right", "right_low", "right_high", "auc", "auc_low", "auc_high", "energy", "area"),
        "specificity": ("between", "low", "high", "with_energy", "with_untrained", "output_shuffled", "network_shuffled"),
        "faithfulness": (
            "deletion", "deletion_low", "deletion_high", "insertion", "insertion_low", "insertion_high", "over_centre",
            "sensitivity",
        ),
    }  # fmt: skip
    for name, columns in tables.items():
        judgement._SHOWN[name](pd.DataFrame([blank | {"fill": "blur"} | dict.fromkeys(columns, NAN)]))
    shown = capsys.readouterr().out
    assert "nan" not in shown
    assert "[" not in shown
    assert " of \n" not in shown


def test_a_value_whose_interval_is_not_known_stands_alone():
    row = pd.Series({"value": 0.25, "low": NAN, "high": NAN})
    assert judgement._between(row, "value", 2) == "0.25"
    assert judgement._between(row.fillna(0.5), "value", 2, "+") == "+0.25 [+0.50, +0.50]"


def test_ratings_that_are_not_known_are_left_empty(tmp_path, capsys):
    run = hand_run(tmp_path / "run", 3, scored=False)
    table = run.read(PREDICTIONS)
    table.loc[(table["model"] == "two") & (table["image"] == "p000"), ["prediction", "raw"]] = np.nan
    run.write(PREDICTIONS, table)
    ratings.print_picks(Run(run.root, replace(run.experiment, pick=1)))
    ratings.print_ratings(Ratings(table, run.trained(), {}, described=run.described()))
    assert "nan" not in capsys.readouterr().out
