import numpy as np
import pytest

from xaesthetic.core.attributes import NAMES
from xaesthetic.core.errors import DataError
from xaesthetic.core.para import PARA_ATTRIBUTES
from xaesthetic.data.edits import EDITS, effect
from xaesthetic.train.effects import EFFECTS, assumptions, effects_on

PARA = [item.name for item in PARA_ATTRIBUTES]


def test_effects_have_the_signs_of_the_edits():
    for kind, known in EFFECTS.items():
        assert kind in EDITS
        for name in set(known) & set(NAMES):
            if known[name] and EDITS[kind].attribute == name:
                assert np.sign(known[name]) == effect(kind, name)


def test_what_nobody_knows_is_left_out():
    table = effects_on(PARA, "para")
    assert np.isnan(table[:, [PARA.index(name) for name in ("overall", "quality", "content")]]).all()
    assert table[list(EFFECTS).index("blur_background"), PARA.index("dof")] == 0.8
    assert table[list(EFFECTS).index("drain"), PARA.index("light")] == 0
    assert assumptions(PARA)["dim_background"] == {"object_emphasis": 0.5, "dof": 0.0}


def test_attributes_that_no_edit_moves_are_refused():
    with pytest.raises(DataError, match="mine: its attributes are beauty, and edits move color, .*; train without --edits"):
        effects_on(["beauty"], "mine")
