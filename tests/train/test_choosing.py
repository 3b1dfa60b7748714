import numpy as np
import pytest

from xaesthetic.train import choosing
from xaesthetic.train.choosing import choose, folds_of
from xaesthetic.train.dual import Choice, Problem


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(choosing, "PENALTIES", (1.0, 100.0))
    monkeypatch.setattr(choosing, "WEIGHTS", (1.0, 3.0))
    monkeypatch.setattr(choosing, "_TIMES", 200)


def planted(sign, photographs=150, edits=40, channels=20):
    """Ratings of two channels; edits that move the first one with the ratings, or against them."""
    random = np.random.default_rng(1)
    features = random.normal(size=(photographs, channels))
    ratings = features[:, :2] + 0.5 * random.normal(size=(photographs, 2))
    changes = 0.1 * random.normal(size=(edits, channels))
    changes[:, 0] += 2
    targets = np.tile([2.0 * sign, np.nan], (edits, 1))
    rows = np.concatenate([features, changes])
    problem = Problem(rows @ rows.T, np.concatenate([ratings, targets]), np.arange(len(rows)) < photographs)
    groups = [f"s{row // 3}" for row in range(photographs)]
    folds = np.concatenate([folds_of(groups), folds_of([f"e{row // 2}" for row in range(edits)])])
    return problem, folds


def test_no_group_is_torn_apart():
    groups = [f"s{row // 4}" for row in range(60)]
    folds = folds_of(groups)
    assert set(folds) == set(range(5))
    assert all(len({fold for fold, group in zip(folds, groups, strict=True) if group == name}) == 1 for name in groups)
    assert set(folds_of(["a", "b", "c"] * 4)) == {0, 1, 2}


def test_edits_that_agree_with_people_are_kept():
    chosen = choose(*planted(+1))
    assert chosen.joint.weight > 0
    assert chosen.ratings.weight == 0
    assert chosen.result["edits_kept"]
    assert chosen.result["interval"][0] > -choosing.COST
    assert chosen.result["mean_rho"]["ratings"] > 0.8


def test_edits_that_cost_too_much_are_left_out():
    chosen = choose(*planted(-1))
    assert chosen.joint == chosen.ratings
    assert not chosen.result["edits_kept"]
    assert chosen.result["joint_less_ratings"] < -choosing.COST


def test_ratings_alone():
    problem, folds = planted(+1)
    rows = np.flatnonzero(problem.rated)
    chosen = choose(problem.some(rows), folds[rows])
    assert chosen.joint == chosen.ratings
    assert set(chosen.result) == {"mean_rho"}


def test_the_choice_for_a_fold_has_not_seen_it(monkeypatch):
    """Every head that the choice for a fold rests on was fitted without that fold, and without the one it predicts."""
    problem, folds = planted(+1)
    seen = []
    real = choosing.fit_many

    def noted(problem, rows, choices):
        seen.append(frozenset(folds[rows]))
        return real(problem, rows, choices)

    monkeypatch.setattr(choosing, "fit_many", noted)
    choose(problem, folds)
    assert {len(item) for item in seen} == {3, 4}
    assert len({item for item in seen if len(item) == 3}) == 10


def test_of_penalties_that_are_nearly_as_good_the_largest_is_chosen_and_then_the_weight_of_edits(monkeypatch):
    rho = {
        Choice(1.0, 0.0): 0.500, Choice(10.0, 0.0): 0.499, Choice(100.0, 0.0): 0.496, Choice(1000.0, 0.0): 0.49,
        Choice(1.0, 1.0): 0.6, Choice(100.0, 1.0): 0.494, Choice(100.0, 3.0): 0.492, Choice(100.0, 9.0): 0.480,
    }  # fmt: skip
    monkeypatch.setattr(choosing, "_mean_rho", lambda problem, table: float(table[0, 0]))
    monkeypatch.setattr(choosing, "_error", lambda problem, table: 1 - table[0, 0])  # the lowest rho errs most
    problem, _ = planted(+1)
    held = {choice: np.array([[value]]) for choice, value in rho.items()}
    alone, joint = choosing._best(problem, held)
    assert alone == Choice(100.0, 0.0)
    assert joint == Choice(100.0, 1.0)
    monkeypatch.setattr(choosing, "_error", lambda problem, table: table[0, 0])
    assert choosing._best(problem, held)[1] == Choice(100.0, 3.0)
