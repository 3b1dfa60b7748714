"""Model folders that were damaged or made in bad faith: refused in one line, or loaded as a model that works."""

import os
import random

import numpy as np
import pytest
import torch
from safetensors.torch import save
from support.model_folders import INPUTS, model_folder, tiny  # noqa: F401

from xaesthetic.core.errors import XaestheticError
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model

TOML = f"""architecture = "network:build"
weights = "model.safetensors"
head = ""
layers = ["0"]
link = "tanh"
partial = false
{INPUTS}bgr = true
resample = "bicubic"

[source]
citation = "somebody"
licence = "MIT"
trained = "on things"

[[outputs]]
name = "beauty"
title = "Beauty"
range = [0.0, 1.0]
direction = "higher"
link = "sigmoid"

[[outputs]]
name = "noise"
"""
VALUES = [
    *("true", "-1", "0", "1.5", "nan", "inf", "1e308", "9" * 400, '""', '"x"', '"../../x"', '"/etc/passwd"', '"a\\u0000b"'),
    *(
        '"a/b"',
        '"os:abort"',
        '"network:leaves"',
        '"network:text"',
        '"network:Scored"',
        '"timm:resnet18d.x"',
        '"timm:hf-hub:a/b"',
    ),
    *(
        '"torchvision:nothing"',
        '"model.safetensors"',
        '"network.py"',
        '"model.pt"',
        "[]",
        "{}",
        "[[[]]]",
        '["0", "0"]',
        '["4"]',
    ),
    *(
        "[3, 3]",
        "[1, 1, 1]",
        "[0, 0, 0]",
        "1979-05-27",
        f'"{"x" * 3000}"',
        "{ a = 1 }",
        '"multigap"',
        "4096",
        "1",
        "[4096, 1]",
    ),
]


def mutated(number):
    chance = random.Random(number)
    lines = TOML.splitlines()
    for _ in range(chance.choice([1, 1, 2, 3])):
        place = chance.randrange(len(lines))
        kind = chance.choice(["value", "value", "value", "drop", "twice", "cut", "letter", "move"])
        if kind == "value" and "=" in lines[place]:
            lines[place] = f"{lines[place].split('=')[0]}= {chance.choice(VALUES)}"
        elif kind == "drop":
            del lines[place]
        elif kind == "twice":
            lines.insert(chance.randrange(len(lines)), lines[place])
        elif kind == "cut":
            lines[place] = lines[place][: chance.randrange(len(lines[place]) + 1)]
        elif kind == "letter" and lines[place]:
            at = chance.randrange(len(lines[place]))
            lines[place] = lines[place][:at] + chance.choice("\"'[]{}=.,#\\\x7f\u2028é0") + lines[place][at + 1 :]
        elif kind == "move":
            lines.insert(chance.randrange(len(lines)), lines.pop(place))
    return "\n".join(lines)


def attempt(root):
    try:
        return load_model(root, on="cpu", trust=True)
    except XaestheticError as error:
        return str(error)


COUNT = int(os.environ.get("XAESTHETIC_FUZZ", "40"))


@pytest.mark.filterwarnings("ignore:.*a part of the network is random")
@pytest.mark.parametrize("number", range(COUNT))
def test_a_mutated_folder_is_refused_in_one_line_or_works(model_folder, number):
    root = model_folder(mutated(number), **{"model.safetensors": save(tiny().state_dict()), "model.pt": b"x"})
    state = torch.random.get_rng_state()
    outcome = attempt(root)
    if isinstance(outcome, str):
        assert outcome
        assert "\n" not in outcome
        assert len(outcome) < 2000
    else:
        results = Session(outcome).run([np.full((30, 40, 3), 90, np.uint8)])
        assert np.isfinite(results.ratings).all()
        assert results.ratings.shape == (1, len(outcome.attributes))
    assert torch.equal(torch.random.get_rng_state(), state)
