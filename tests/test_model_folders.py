"""A comparison by a model folder and by a library's network, from the first photograph to the maps and back."""

import numpy as np
import pytest
from safetensors.torch import save
from support.model_folders import TOML, model_folder, tiny  # noqa: F401

import xaesthetic as xa
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.pipeline import prepare


@pytest.mark.slow
def test_a_run_of_named_models_goes_on_and_notices_other_weights(model_folder, write_photo, tmp_path):
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 256, (40, 50, 3), dtype=np.uint8)
        write_photo(tmp_path / "photos" / f"{number}.png", pixels)
    root = model_folder(f'weights = "m.safetensors"\n{TOML}', **{"m.safetensors": save(tiny().state_dict())})
    models = (str(root), f"{root}=random")
    question = xa.Experiment(str(tmp_path / "photos"), None, models, ("grad_cam",), ("all",), None)
    with pytest.raises(ModelError, match="would run code of this folder"):
        xa.compare(question, tmp_path / "run", draw=False)
    trusting = xa.Execution(trust=True)
    run = xa.compare(question, tmp_path / "run", trusting, draw=False).run
    assert run.model_keys() == ["mine", "mine-random"]
    assert run.maps("mine", "grad_cam").of("0.png").shape[0] == 2
    assert {"mine/model.toml", "mine/network.py", "mine/m.safetensors"} <= set(run.experiment.inputs)
    assert xa.compare(question, tmp_path / "run", trusting, draw=False).run.is_complete()
    (root / "m.safetensors").write_bytes(save(tiny(seed=5).state_dict()))
    with pytest.raises(DataError, match="holds another experiment: inputs"):
        xa.compare(question, tmp_path / "run", trusting, draw=False)


def test_a_question_names_every_file_of_a_model_folder(model_folder, write_photo, tmp_path):
    write_photo(tmp_path / "photos/a.png", np.zeros((40, 50, 3), np.uint8))
    root = model_folder()
    question = xa.Experiment(str(tmp_path / "photos"), None, (str(root),), ("cam",), ("all",), None)
    named = prepare(question, tmp_path / "run")[0].inputs
    assert set(named) == {"photographs", "mine/model.toml", "mine/network.py"}
    (root / "network.py").write_text("# another one")
    assert prepare(question, tmp_path / "run")[0].inputs["mine/network.py"] != named["mine/network.py"]
    twice = xa.Experiment(str(tmp_path / "photos"), None, (str(root), f"{root}/"), ("cam",), ("all",), None)
    with pytest.raises(ModelError, match="two models are called 'mine'"):
        prepare(twice, tmp_path / "run")
