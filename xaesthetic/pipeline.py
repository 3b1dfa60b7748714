"""The stages in their line: records, predictions, maps, reports. What the command and a notebook both call."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from xaesthetic.core import files, method_keys, plugins
from xaesthetic.core.attributes import Attribute, plain
from xaesthetic.core.choices import ModelChoice, validate_choice
from xaesthetic.core.errors import DataError, ModelError, unknown
from xaesthetic.core.execution import Execution
from xaesthetic.core.families import expand, members
from xaesthetic.core.locks import hold
from xaesthetic.core.types import Experiment, PassedOver, ReportOptions
from xaesthetic.data.records import Collection, collect, fingerprint
from xaesthetic.evaluation.judge import judge
from xaesthetic.evaluation.same_maps import write_same_maps
from xaesthetic.execution.local import local
from xaesthetic.reporting import Drawn, draw_available
from xaesthetic.run.question import Answer
from xaesthetic.run.schemas import BASELINE_OUTPUTS, BLOCKS, EDITS, FAITHFULNESS, RANDOMISATION, RECORDS, Table
from xaesthetic.run.store import Run
from xaesthetic.run.versions import fingerprint_v1
from xaesthetic.stages.records import are_what_is_left, examine_records, read_passed_over

if TYPE_CHECKING:
    from xaesthetic.models.model import AttributeModel

_VERSIONS = ("xaesthetic", "torch", "torchvision", "timm", "captum", "numpy", "Pillow", "scikit-image", "scikit-learn")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison has made."""

    run: Run
    written: tuple[Path, ...]
    """Figures and tables."""
    left_out: Mapping[str, str]
    """Photographs that could not be used, by id, with the reason."""
    failed: Mapping[str, Exception] = field(default_factory=dict)
    """Reports that could not be drawn, by name."""
    passed_over: tuple[PassedOver, ...] = ()
    """What else the data held."""


def compare(
    experiment: Experiment,
    out: str | Path,
    execution: Execution = Execution(),
    reports: str | Sequence[str] = (),
    options: ReportOptions | None = None,
    draw: bool = True,
    optional: bool = False,
) -> Comparison:
    """Rate photographs, pick the highest and lowest, explain those, score and draw them. What is there is not done again.

    Maps are held against people where the data set has annotations.

    Parameters
    ----------
    experiment
        The question.
    out
        The run folder; made where it is not there.
    execution
        How it is carried out; in this process where it names no executor.
    reports
        Which ones to draw; all where empty.
    options
        How to draw them.
    draw
        Whether maps are judged and reports drawn; without, the run ends with its maps.
    optional
        Whether a method that a model cannot have is left out for it with a warning, because it was chosen by default.

    Raises
    ------
    XaestheticError
        If a plug-in, attribute, folder or weight file is not what it should be, a method cannot explain a model, the run
        folder holds another experiment or cannot be written, or no photograph can be used. Nothing is computed then, and
        nothing written but in the last two cases.
    """
    out, reports = Path(out), [reports] if isinstance(reports, str) else reports
    for name in reports:
        plugins.facts("reports", name)  # one that cannot be imported is refused before anything is computed
    family = members(experiment.methods) if isinstance(experiment, Experiment) else ()
    experiment, collection = prepare(experiment, out)
    execution = _here(execution)
    run = begin(experiment, collection, out, execution, optional, family)
    if family:
        with run.writing("comparing maps"):
            write_same_maps(run, family)
    if draw:
        judge(run, (), execution)
    drawn = draw_available(run, reports, options) if draw else Drawn((), {})
    return Comparison(run, drawn.written, run.left_out_photographs(), drawn.failed, read_passed_over(run))


def _here(execution: Execution) -> Execution:
    return execution if execution.executor else replace(execution, executor=local)


def prepare(experiment: Experiment, out: Path) -> tuple[Experiment, Collection]:
    """Check every name, find the photographs and complete the experiment with what identifies its inputs."""
    if not isinstance(experiment, Experiment):
        raise DataError(f"{type(experiment).__name__} is no question; pass xa.Experiment(data, root, models, methods, …).")
    if not experiment.models:
        raise ModelError("no model is chosen; name one or more, as 'xaesthetic list models' shows them.")
    choices = [ModelChoice.parse(text) for text in experiment.models]
    for choice in choices:
        validate_choice(choice)
    experiment = replace(experiment, methods=expand(experiment.methods))
    for method in experiment.methods:
        plugins.check("methods", method)
    keys = [choice.key for choice in choices]
    if len(set(keys)) < len(keys):
        raise ModelError(f"two models are called {max(keys, key=keys.count)!r}; rename the folder of one's weights.")
    collection = collect(experiment.data, Path(experiment.root) if experiment.root else None)
    held = Run.open(out) if (out / "experiment.json").is_file() else None
    photographs = (fingerprint_v1 if held and held.schema == 1 else fingerprint)(collection.records)
    before = held.experiment.inputs.get("photographs") if held else None
    if held and before and before != photographs and are_what_is_left(held, collection.records):
        photographs = before
    methods = method_keys.with_baselines(experiment.methods)
    if held and held.experiment.methods == experiment.methods:  # of before baselines had names
        methods = held.experiment.methods
    return replace(experiment, methods=methods, inputs={"photographs": photographs} | _weights(choices)), collection


def _weights(choices: Sequence[ModelChoice]) -> dict[str, str]:
    """The sha256 of the files in the folders of one's own weights, and of those of model folders."""
    sums: dict[str, str] = {}
    for choice in choices:
        if choice.folder:
            from xaesthetic.models.folder import read_folder

            sums |= {f"{choice.key}/{name}": files.sha256(file) for name, file in read_folder(choice.folder).files().items()}
        for file in sorted(choice.weights.glob(f"{choice.name}.*")) if choice.weights else ():
            sums[f"{choice.key}/{file.name}"] = files.sha256(file)
    return sums


def begin(
    experiment: Experiment,
    collection: Collection,
    out: Path,
    execution: Execution,
    optional: bool = False,
    family: Sequence[str] = (),
) -> Run:
    """Do what the run folder does not hold yet; models are loaded, and torch imported, only for that.

    Methods of a family are optional in any case.
    """
    present = Run.exists(out, experiment)
    for key, problems in Run.open(out).left_out_methods().items() if present and not optional else ():
        for reason in (reason for method, reason in problems.items() if method not in family):
            raise ModelError(f"{key}: {reason}")
    if present and (run := Run.open(out)).is_complete():
        if run.parts.exists():  # a run was stopped after its last stage
            with run.writing("tidying up"):
                run.remove_parts()
        return run
    from xaesthetic.stages.choices import validate_methods  # these import torch
    from xaesthetic.stages.explain import explain_records
    from xaesthetic.stages.predict import predict_records

    models = _models(experiment, execution.trust)
    required = [method for method in experiment.methods if method not in family]
    left_out = validate_methods(models, required, optional)
    for key, problems in validate_methods(models, family, optional=True).items():
        left_out.setdefault(key, {}).update(problems)
    answers = {key: _described(model) for key, model in models.items()}
    run = (
        Run.open(out)
        if present
        else _claim(out, experiment, _provenance(answers, collection) | ({"left_out": left_out} if left_out else {}))
    )
    if not _are_same(run, answers):
        raise DataError(f"{out}: was begun with other weights than those installed now; choose another folder with --out.")
    with run.writing("rating and explaining"):  # whoever had to wait finds that all is done
        examine_records(run, collection.records, execution, collection.passed_over)
        if not run.records():
            reasons = run.read(RECORDS)["reason"]
            raise DataError(
                f"{experiment.data}: none of {len(reasons)} photographs can be used; the first: {reasons.iloc[0]}"
            )
        predict_records(run, models, execution)
        explain_records(run, models, execution)
        run.remove_parts()
    return run


def _claim(out: Path, experiment: Experiment, provenance: Mapping[str, Any]) -> Run:
    """Say in the folder which question it is for; of two at once one is first, and the other one's must be the same."""
    with hold(out / ".question.lock", "beginning a run"):
        return Run.open(out) if Run.exists(out, experiment) else Run.create(out, experiment, provenance)


_MEASUREMENTS: Mapping[str, tuple[Table, str, str]] = {
    "edits": (EDITS, "edit_response", "measure_edits"),
    "faithfulness": (FAITHFULNESS, "faithfulness", "measure_faithfulness"),
    "baselines": (BASELINE_OUTPUTS, "baselines", "measure_baselines"),
    "randomisation": (RANDOMISATION, "randomisation", "measure_randomisation"),
    "blocks": (BLOCKS, "blocks", "measure_blocks"),
}
"""What can be measured of a finished run with its models: the table, the stage's module and its function."""


def measure(run: Run | str | Path, name: str, execution: Execution = Execution()) -> pd.DataFrame:
    """Measure what needs a finished run's models again: `edits`, `faithfulness`, `randomisation` or `blocks`; once.

    Parameters
    ----------
    run
        A finished one, or its folder.
    name
        What to measure.
    execution
        How it is carried out.

    Returns
    -------
    The run's table of that name (`xaesthetic.run.schemas`).

    Raises
    ------
    XaestheticError
        If a model cannot be loaded, its weights are others than the run's, or the measurement does not apply: no photograph
        has a subject, no model has weights here, or none can be taken apart.
    """
    run = Run.of(run)
    measure_all(run, [name], execution)
    return run.read(_MEASUREMENTS[name][0])


def measure_all(run: Run, names: Sequence[str], execution: Execution = Execution()) -> None:
    """Measure several things that need a finished run's models again; all are checked before the first is measured.

    Parameters
    ----------
    run, execution
        As for `measure`.
    names
        What to measure; what the run has already is not measured again.

    Raises
    ------
    XaestheticError
        As `measure`.
    """
    for name in names:
        if name not in _MEASUREMENTS:
            raise DataError(unknown("measurement", name, _MEASUREMENTS, label="There are"))
    missing = [_MEASUREMENTS[name] for name in dict.fromkeys(names) if not run.has(_MEASUREMENTS[name][0])]
    if not missing:
        return
    modules = [import_module(f"xaesthetic.stages.{module}") for _, module, _ in missing]  # they import torch
    models = _same_models(run, execution.trust)
    for module in modules:
        module.validate(run, models)
    for module, (table, name, function) in zip(modules, missing, strict=True):
        with run.writing(f"measuring {name}"):
            if not run.has(table):  # whoever it was that one had to wait for may have done it
                getattr(module, function)(run, models, _here(execution))


def _same_models(run: Run, trust: bool) -> "dict[str, AttributeModel]":
    """The run's models, with the weights that they had."""
    models = _models(run.experiment, trust)
    if not _are_same(run, {key: _described(model) for key, model in models.items()}):
        raise DataError(f"{run.root}: was begun with other weights than those installed now; make a new run.")
    return models


def _are_same(run: Run, answers: Mapping[str, Answer]) -> bool:
    """Whether a run's models are these; what is declared of attributes may have changed since."""
    held = {key: replace(answer, described=()) for key, answer in run.answered_by().models.items()}
    return held == {key: replace(answer, described=()) for key, answer in answers.items()}


def _models(experiment: Experiment, trust: bool) -> "dict[str, AttributeModel]":
    from xaesthetic.models.loading import load_model

    choices = map(ModelChoice.parse, experiment.models)
    return {choice.key: load_model(choice, experiment.attributes, experiment.device, trust) for choice in choices}


def _described(model: "AttributeModel") -> Answer:
    return Answer(**asdict(model.source), attributes=tuple(model.attributes), described=tuple(model.described))


def _provenance(models: Mapping[str, Answer], collection: Collection) -> dict[str, Any]:
    versions = {}
    for package in _VERSIONS:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "models": {key: asdict(replace(answer, described=())) | _plain(answer.described) for key, answer in models.items()},
        "versions": versions | {"python": sys.version.split()[0]},
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        **_plain(collection.described),
    }


def _plain(described: Sequence[Attribute]) -> dict[str, Any]:
    return {"described": [plain(item) for item in described]} if described else {}
