"""What is related, though not the same, stands in a table only where it says so."""

import numpy as np
import pandas as pd
import pytest

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.described import Described, find_related
from xaesthetic.core.errors import ModelError
from xaesthetic.core.installed import place_of
from xaesthetic.core.types import Record
from xaesthetic.paper.tables.attribute_ranks import attribute_ranks
from xaesthetic.paper.tables.layout import rank_layouts
from xaesthetic.paper.tables.related import with_related

DOF = Attribute("dof", "Depth of Field (PARA)", 1, 5, related=("depth_of_field",))
COLOR = Attribute("color", low=1, high=5, related=("color_harmony",))


def predictions(model, name):
    return pd.DataFrame(
        {"image": list("abcd"), "model": model, "attribute": name, "prediction": np.array([1, 2, 4, 3], float)}
    )


def test_what_is_asked_for_finds_what_is_related_to_it():
    outputs = (Attribute("light"), COLOR)
    assert place_of("color_harmony", outputs, "net") == 1
    assert place_of("Color Harmony", outputs, "net") == 1
    assert place_of("color_harmony", (*outputs, Attribute("color_harmony")), "net") == 2  # the same comes first
    assert find_related("vivid_color", outputs) is None
    with pytest.raises(ModelError, match="has no attribute"):
        place_of("vivid_color", outputs, "net")


def test_a_table_says_what_stands_for_what(tmp_path):
    records = [Record(name, tmp_path / name, name, ratings={"dof": float(n)}) for n, name in enumerate("abcd")]
    tables, notes = with_related([predictions("old", "depth_of_field"), predictions("new", "dof")], [DOF, COLOR])
    assert notes == ["old: its depth_of_field stands for dof, related but not the same."]
    result = attribute_ranks(records, tables, ["dof"], resamples=100)
    assert result.ranks.set_index("model")["rho"].to_dict() == pytest.approx({"old": 0.8, "new": 0.8})
    (layout, _) = rank_layouts(result, False, {}, Described(data=(DOF,)))
    assert "Depth of Field (PARA): related to depth_of_field, not the same." in layout.notes


def test_what_people_rated_itself_is_left_alone():
    both = pd.concat([predictions("net", "dof"), predictions("net", "depth_of_field")])
    tables, notes = with_related([both], [DOF])
    assert (len(tables[0]), notes) == (8, [])


def test_what_a_model_says_is_related_stands_for_what_people_rated():
    people = {"depth_of_field", "light"}
    tables, notes = with_related([predictions("new", "dof")], [], {"new": (DOF, COLOR)}, people)
    assert list(tables[0]["attribute"].unique()) == ["dof", "depth_of_field"]
    assert notes == ["new: its dof stands for depth_of_field, related but not the same."]
    assert with_related([predictions("new", "dof")], [DOF], {"new": (DOF,)}, people | {"dof"})[1] == []
