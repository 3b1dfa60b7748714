"""Weights whose licence keeps them from some uses are refused where only free ones are wanted, whoever wrote the model."""

from dataclasses import replace

import pytest
from support.named_nets import named_nets  # noqa: F401  # a fixture

from xaesthetic.core.errors import MissingWeightsError
from xaesthetic.models import loading
from xaesthetic.models.loading import load_model

pytestmark = pytest.mark.torch


@pytest.mark.parametrize(
    ("licence", "free"),
    [
        ("MIT; trained on AADB, whose photographs are for research use", True),
        ("code BSD-3 (torchvision), ImageNet weights for research use", True),
        ("not stated", True),
        ("backbone Apache-2.0; head: research use, PARA", False),
        ("no licence was published; code and model for non-commercial research use, as the authors ask", False),
        ("CC BY-NC 4.0", False),
        ("PolyForm-Noncommercial-1.0.0 (pyiqa)", False),
    ],
)
def test_a_licence_decides(named_nets, monkeypatch, licence, free):
    model = load_model("beauty_net", on="cpu")
    monkeypatch.setattr(loading, "_build", lambda *_: replace(model, source=replace(model.source, licence=licence)))
    assert load_model("beauty_net", on="cpu").source.licence == licence
    monkeypatch.setenv("XAESTHETIC_FREE_WEIGHTS", "1")
    if free:
        assert load_model("beauty_net", on="cpu").source.licence == licence
    else:
        with pytest.raises(MissingWeightsError, match="beauty_net: .*XAESTHETIC_FREE_WEIGHTS wants free ones; choose multi"):
            load_model("beauty_net", on="cpu")
    assert load_model("beauty_net=random", on="cpu").name
