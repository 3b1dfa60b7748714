"""What attributes have beyond the overall score: a derived linear head, exact, and refused where it says nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from support import nets

import xaesthetic as xa
from xaesthetic.core.beyond import beyond_title, beyond_words
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.models.beyond import beyond
from xaesthetic.models.forward import Session
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import select
from xaesthetic.models.refits import Refits, find_refits
from xaesthetic.models.slope import Slope
from xaesthetic.stages.photo import _beyond

NAMES = ("light", "quality", "overall")


def rated(slopes=None, refits=True):
    """Three outputs, of which one is the overall score."""
    net = nets.linear_net()
    torch.manual_seed(8)
    several = Refits(torch.randn(4, 3, 27), torch.randn(4, 3)) if refits else None
    known = {"light": Slope(0.7, 0.12, 0.4, (0.6, 0.8)), "quality": Slope(1.0, 0.02)} if slopes is None else slopes
    return replace(
        net,
        attributes=NAMES,
        head=LinearHead(net.head.weights, net.head.bias, several),
        name="rated",
        slopes=known,
        source=replace(net.source, specificity_null={"": 0.8}),
        inputs=replace(net.inputs, scale=1.0),
    )


def test_maps_and_ratings_are_the_difference_exactly(photo):
    model = rated()
    whole, rest = (Session(item).run([photo], ["cam"]) for item in (model, beyond(model, "light")))
    assert rest.raw[0, 0] == pytest.approx(whole.raw[0, 0] - 0.7 * whole.raw[0, 2] - 0.4, abs=1e-5)
    np.testing.assert_allclose(rest.maps["cam"][0, 0], whole.maps["cam"][0, 0] - 0.7 * whole.maps["cam"][0, 2], atol=1e-4)


def test_refits_are_derived_alike():
    model = rated()
    rest = beyond(model, "light")
    kept, refits = find_refits(rest), model.head.refits
    torch.testing.assert_close(kept.weights[:, 0], refits.weights[:, 0] - 0.7 * refits.weights[:, 2])
    torch.testing.assert_close(kept.bias[:, 0], refits.bias[:, 0] - 0.7 * refits.bias[:, 2] - 0.4)
    assert find_refits(beyond(rated(refits=False), "light")) is None


def test_the_rest_has_a_name_a_title_and_no_range():
    item = beyond(rated(), ["light"]).descriptions[0]
    assert item.name == "light_beyond_overall"
    assert item.title.lower().startswith("light beyond")
    assert item.range == ""
    assert beyond(rated(), "light").source.specificity_null == {}
    assert any("0.60 to 0.80 after correction" in note for note in beyond(rated(), "light").notes)


@pytest.mark.filterwarnings("ignore:left out")
def test_of_all_those_are_there_of_which_enough_is_left():
    assert beyond(rated(), "all").attributes == ("light_beyond_overall",)


@pytest.mark.parametrize(
    ("model", "attribute", "said"),
    [
        (rated, "quality", r"leaves 2\.0% of the variance of quality; at least 5%"),
        (lambda: rated({}), "light", r"does not say how light goes with overall \(slopes\); train it again"),
        (rated, "overall", "has nothing beyond itself"),
        (lambda: replace(rated(), links=("tanh", "identity", "identity")), "light", "light lies behind the link tanh"),
        (lambda: replace(rated(), head=nets.curved_net().head), "light", "is no linear layer"),
        (nets.linear_net, "light", "overall"),
    ],
    ids=["quality", "no slopes", "itself", "link", "curved", "no overall"],
)
def test_what_says_nothing_is_refused(model, attribute, said):
    with pytest.raises(ModelError, match=said) as error:
        beyond(model(), attribute)
    assert "\n" not in str(error.value)


def test_two_backbones_are_refused():
    with pytest.raises(ModelError, match="are two networks"):
        beyond(rated(), "light", other=replace(rated(), name="another"))
    model = rated()
    assert beyond(model, "light", other=replace(model, name="another")).attributes == ("light_beyond_overall",)


def test_an_explanation_has_the_same(photo):
    shown = xa.explain(photo, rated())
    rest, model = shown.beyond("Light"), xa.explain(photo, beyond(rated(), "light"))
    assert list(rest.ratings) == ["light_beyond_overall"] == list(model.ratings)
    assert rest.ratings["light_beyond_overall"] == pytest.approx(model.ratings["light_beyond_overall"], abs=1e-5)
    np.testing.assert_allclose(rest.maps["light_beyond_overall"], model.maps["light_beyond_overall"], atol=1e-4)
    for one in (rest, model):
        assert "less than the overall rating predicts" in repr(one)
    with pytest.raises(ModelError, match="2.0%"):
        shown.beyond("quality")
    with pytest.raises(ModelError, match="do not add up"):
        xa.explain(photo, rated(), method="activation_energy").beyond("light")


def test_the_operator_and_the_argument_of_explain_are_the_same(photo):
    model = rated()
    light, overall = select(model, ["light"]), select(model, ["overall"])
    rest, expected = light - overall, beyond(model, "light")
    assert rest.attributes == ("light_beyond_overall",)
    torch.testing.assert_close(rest.head.weights, expected.head.weights)
    torch.testing.assert_close(rest.head.bias, expected.head.bias)
    shown, same = xa.explain(photo, rest), xa.explain(photo, model, "light", beyond="overall")
    assert list(shown.ratings.items()) == list(same.ratings.items())
    np.testing.assert_array_equal(shown.maps["light_beyond_overall"], same.maps["light_beyond_overall"])
    assert "less than the overall rating predicts" in repr(same)


def test_a_model_that_is_loaded_twice_is_one_network():
    one, other = rated(), rated()
    files = {"a.safetensors": "0" * 64}
    one, other = (replace(item, source=replace(item.source, files=files)) for item in (one, other))
    assert (select(one, ["light"]) - select(other, ["overall"])).attributes == ("light_beyond_overall",)
    changed = replace(other, source=replace(other.source, files={"a.safetensors": "1" * 64}))
    with pytest.raises(ModelError, match="are two networks"):
        select(one, ["light"]) - select(changed, ["overall"])


def test_the_operator_refuses_what_the_command_refuses(photo):
    model = rated()
    light, overall = select(model, ["light"]), select(model, ["overall"])
    for first, second, said in (
        (select(model, ["quality"]), overall, r"leaves 2\.0% of the variance of quality"),
        (light, select(rated(), ["overall"]), "are two networks"),
        (light, model, "rates light, quality, overall, and one output is taken off others"),
        (light, select(model, ["quality"]), "does not say how light goes with quality"),
        (overall, overall, "has nothing beyond itself"),
        (light, "overall", "str is no model"),
    ):
        with pytest.raises(ModelError, match=said) as error:
            first - second
        assert "\n" not in str(error.value)
    with pytest.raises(ModelError, match="2.0%"):
        xa.explain(photo, model, "quality", beyond="overall")
    with pytest.raises(DataError, match="True is no attribute"):
        _beyond(model, ["light"], True)


def test_words_neither_judge_nor_promise():
    said = f"{beyond_words('overall')} {beyond_title('Light', 'Overall')}".lower()
    assert "less than the overall rating predicts" in said
    assert not [word for word in ("bad", "worse", "poor", "independent") if word in said]
    assert not [note for note in beyond(rated(), "light").notes if "bad" in note or "independent" in note]


def test_a_run_is_of_the_rest(tmp_path, photo, write_photo):
    path = write_photo(tmp_path / "a.png", photo)
    question = xa.Experiment("p", None, (), ("cam",), ("light",), None, photographs=(str(path),), beyond="overall")
    run = xa.compare(question, tmp_path / "run", models=[rated()], draw=False).run
    assert run.maps("rated", "cam").attributes == ("light_beyond_overall",)
    assert run.maps("rated", "cam.refits").attributes == tuple(f"{n} light_beyond_overall" for n in range(4))
    assert run.described().any("light_beyond_overall").title.lower().startswith("light beyond")
    from xaesthetic_reports._explained import target_notes

    assert any("less than the overall rating predicts" in note for note in target_notes(run))
