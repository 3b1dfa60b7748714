"""Models whose ratings depend on what else is in the batch are refused before anything is written."""

from dataclasses import replace

import pytest
import torch
from support import nets
from support.comparing import compare, experiment, photos  # noqa: F401  # fixtures
from support.plugin_package import plugged  # noqa: F401  # a fixture

from xaesthetic import pipeline
from xaesthetic.core.errors import ModelError
from xaesthetic.stages.predict import rate

pytestmark = [
    pytest.mark.usefixtures("plugged"),
    pytest.mark.filterwarnings("ignore:.*ratings depend on what else is in the batch"),
]


def whitened(x):
    """The layers of a batch, less their mean over it, with which alone nothing is left."""
    return tuple(layer - layer.mean(0, keepdim=True) for layer in PLAIN.features(x))


def normed(x):
    """A batch norm in training mode."""
    return tuple(torch.nn.functional.batch_norm(layer, None, None, training=True) ** 2 for layer in PLAIN.features(x))


PLAIN = nets.linear_net()


def asked_of(model, photos, **changes):
    return pipeline.Experiment(str(photos), None, (), ("cam",), ("all",), pick=None, **changes), replace(model, name="net")


@pytest.mark.parametrize("features", [whitened, normed])
def test_a_run_is_refused_in_one_line_and_nothing_is_written(photos, tmp_path, features):
    question, model = asked_of(replace(PLAIN, features=features), photos)
    with pytest.raises(ModelError, match="net: rates a photograph by .*% otherwise beside another one than alone") as raised:
        pipeline.compare(question, tmp_path / "out", models=model)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_one_photograph_at_once_is_as_it_was_alone(photos, tmp_path):
    question, model = asked_of(replace(PLAIN, features=normed), photos, batch=1)
    assert pipeline.compare(question, tmp_path / "out", models=model, draw=False).run.is_complete()


def test_a_dependence_that_noise_does_not_show_is_seen_on_photographs(photos, tmp_path, monkeypatch):
    """Pictures of noise have no dark corners; here only those make a photograph's neighbours count."""

    def features(x):
        dark = (x[:, :, 0, 0].sum(1) < 300).float().sum()
        return tuple(layer * (1 + 0.1 * dark * (len(x) > 1)) for layer in PLAIN.features(x))

    question, model = asked_of(replace(PLAIN, features=features), photos)
    with pytest.raises(ModelError, match="rates a photograph by"):
        pipeline.compare(question, tmp_path / "out", models=model)


def test_rating_without_a_run_is_refused(experiment, monkeypatch):
    from xaesthetic.models.model import AttributeModel

    plain = AttributeModel.run
    monkeypatch.setattr(
        AttributeModel,
        "run",
        lambda self, x, *more: replace(taken := plain(self, x, *more), raw=taken.raw - taken.raw.mean(0)),
    )
    with pytest.raises(ModelError, match="tiny_net: rates a photograph by"):
        rate([], experiment)


def test_rounding_is_not_taken_for_it(compare):
    assert compare(batch=7).run.is_complete()
