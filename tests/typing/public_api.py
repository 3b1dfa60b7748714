"""What a type checker says of the public names: `mypy --strict` reads this file in test_typing.py; nothing runs it."""

from pathlib import Path
from typing import assert_type

import xaesthetic as xa


def experiments_become_runs(folder: Path) -> None:
    question = xa.Experiment("sample", None, ("multigap_lite0",), ("cam",), ("light",), pick=3)
    assert_type(question.models, tuple[str, ...])
    assert_type(question.pick, int | None)
    done = xa.compare(question, folder)
    assert_type(done.run, xa.Run)
    run = xa.Run.open(folder)
    assert_type(run, xa.Run)
    assert_type(run.root, Path)
    assert_type(run.experiment, xa.Experiment)


def models_are_loaded_by_name() -> None:
    model = xa.load_model("multigap_lite0")
    assert_type(model, xa.AttributeModel)
    assert_type(model.attributes, tuple[str, ...])


def ratings_are_numbers(shown: xa.Explanation) -> None:
    assert_type(shown.ratings["light"], float)


def all_errors_are_of_one_kind(error: xa.XaestheticError) -> None:
    assert_type(str(error), str)
    assert isinstance(error, Exception)


def what_is_wrong_is_said() -> None:
    xa.load_model(3)  # type: ignore[arg-type]
    xa.Experiment("sample")  # type: ignore[call-arg]
    xa.no_such_name()  # type: ignore[attr-defined]
