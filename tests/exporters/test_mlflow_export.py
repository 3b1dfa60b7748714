"""MLflow itself reads what is exported for it."""

import csv
from pathlib import Path

import pytest
from PIL import Image
from support.hand_run import METHODS, hand_run, rated_by_people

from xaesthetic.core.extras import is_installed
from xaesthetic.exporting.export import export

pytestmark = pytest.mark.filterwarnings("default")
if not is_installed("mlflow"):
    pytest.skip("mlflow is not installed", allow_module_level=True)


def test_ratings_are_metrics_and_overlays_images(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    run = hand_run(tmp_path / "mine", 3, scored=False)
    out = export(run, "mlflow", tmp_path / "out")
    assert "INFO" not in capfd.readouterr().err
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{out / 'mlflow.db'}")
    [experiment] = [item for item in client.search_experiments() if item.name == "xaesthetic"]
    [made] = client.search_runs([experiment.experiment_id])
    assert made.info.run_name == "mine"
    assert made.info.status == "FINISHED"
    assert made.data.params["models"] == "one, two"
    ratings = client.get_metric_history(made.info.run_id, "rating/two/light")
    assert {item.step: item.value for item in ratings} == pytest.approx({0: 1, 1: 2 / 3, 2: 1 / 3})
    names = [item.path for item in client.list_artifacts(made.info.run_id, "images")]
    drawn = [name for name in names if name.endswith(".png")]
    assert len(drawn) == 3 * 3 * 2  # photographs, attributes of both models, methods
    local = client.download_artifacts(made.info.run_id, drawn[0])
    with Image.open(local) as image:
        assert image.size == (80, 60)
    table = Path(client.download_artifacts(made.info.run_id, "photographs.csv"))
    rows = [*csv.DictReader(table.read_text().splitlines())]
    shows = [row["shows"] for row in rows if row["step"] == "1" and row["image"] == "map/two/cam/light"]
    assert shows[0].startswith("two cam light, rated 0.667; colors from ")
    assert {path.name for path in out.iterdir()} == {"mlflow.db", "artifacts"}


def test_names_that_become_one_are_numbered_and_images_have_plain_letters(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setattr("support.hand_run.MODELS", {"one": ("a:b", "a+b", "schärfe")})
    run = rated_by_people(hand_run(tmp_path / "mine", 2, scored=False), {"a:b": 0.25, "a+b": 0.5})
    out = export(run, "mlflow", tmp_path / "out")
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{out / 'mlflow.db'}")
    [made] = client.search_runs([item.experiment_id for item in client.search_experiments() if item.name == "xaesthetic"])
    people = {name: value for name, value in made.data.metrics.items() if name.startswith("people/")}
    assert people == {"people/a_b": 0.25, "people/a_b_2": 0.5}
    assert {"rating/one/a_b", "rating/one/a_b_2", "rating/one/schärfe"} <= set(made.data.metrics)
    table = Path(client.download_artifacts(made.info.run_id, "photographs.csv"))
    rows = [row for row in csv.DictReader(table.read_text().splitlines()) if row["step"] == "1" and row["image"]]
    assert len({row["image"] for row in rows}) == len(rows) == 3 * len(METHODS)
    assert {"map/one/cam/a_b", "map/one/cam/a_b_2", "map/one/cam/sch_rfe"} <= {row["image"] for row in rows}
