"""The stages in their line: records, predictions, maps, reports. What the command and a notebook both call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from xaesthetic.core import files, method_keys, plugins
from xaesthetic.core.choices import ModelChoice, validate_choice
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.families import expand, members
from xaesthetic.core.having import models_having
from xaesthetic.core.locks import hold
from xaesthetic.core.sliding import SliderOptions
from xaesthetic.core.targets import PHOTO
from xaesthetic.core.types import STORES, Experiment, PassedOver, ReportOptions
from xaesthetic.data.photos import photo_pixels
from xaesthetic.data.records import Collection, fingerprint
from xaesthetic.data.subjects import validate_slider
from xaesthetic.evaluation.judge import judge as summarise_run
from xaesthetic.evaluation.same_maps import write_same_maps
from xaesthetic.execution.local import locally
from xaesthetic.measuring import judge as judge
from xaesthetic.measuring import measure as measure
from xaesthetic.measuring import measure_all as measure_all
from xaesthetic.measuring import measure_slider as measure_slider
from xaesthetic.reporting import Drawn, draw_available
from xaesthetic.run.provenance import provenance
from xaesthetic.run.question import without_secrets
from xaesthetic.run.schemas import RECORDS
from xaesthetic.run.store import Run
from xaesthetic.run.versions import fingerprint_v1
from xaesthetic.stages.asking import (
    NONE,
    Handed,
    Models,
    collect_photographs,
    hand_over,
    staying,
    to_folder,
    to_question,
    validate_decoding,
    validate_identity,
    with_models,
)
from xaesthetic.stages.records import are_what_is_left, examine_records, read_passed_over


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
    experiment: Experiment | str | Path | Sequence[str | Path],
    out: str | Path | None = None,
    execution: Execution = Execution(),
    reports: str | Sequence[str] = (),
    options: ReportOptions | None = None,
    draw: bool = True,
    optional: bool = False,
    models: Models = (),
    attributes: str | Sequence[str] = "all",
    slider: SliderOptions | None = None,
) -> Comparison:
    """Rate photographs, pick the highest and lowest, explain those, score and draw them. What is there is not done again.

    Maps are held against people where the data set has annotations.

    Parameters
    ----------
    experiment
        The question; or photographs and folders, one or several, for a question with the defaults of the command.
    out
        The run folder; made where it is not there. A name of its own in runs/ where none is named.
    execution
        How it is carried out; in this process where it names no executor.
    reports
        Which ones to draw; all where empty.
    options
        How to draw them.
    draw
        Whether maps are judged and reports drawn; without, the run ends with its maps, as a shard does in any case: with its
        ratings, where the highest and lowest of all shards are to be explained.
    optional
        Whether a method that a model cannot have is left out for it with a warning, because it was chosen by default.
    models
        Models beside those that the experiment names: names, and `AttributeModel` objects, which keep their own `name`. A
        run that was begun with objects goes on with equal ones, and refuses others.
    attributes
        Which ones, where photographs are named and no experiment.
    slider
        How photographs are edited step by step, for the page's slider: a pass a step. Not at all where None.

    Raises
    ------
    XaestheticError
        If a plug-in, attribute, folder or weight file is not what it should be, a method cannot explain a model, the run
        folder holds another experiment or cannot be written, or no photograph can be used. Nothing is computed then, and
        nothing written but in the last two cases.
    """
    handed = hand_over(models)
    optional = optional or not isinstance(experiment, Experiment)
    experiment = with_models(to_question(experiment, attributes, handed), handed)
    out, reports = to_folder(experiment, out), [reports] if isinstance(reports, str) else reports
    for name in reports:
        plugins.facts("reports", name)  # one that cannot be imported is refused before anything is computed
    family = members(experiment.methods) or _family_of(out)
    if family and experiment.store != STORES[0]:
        raise DataError(
            f"a family of methods with --store {experiment.store}: which of them are one map shows only in {STORES[0]}; "
            "name the methods, or leave --store out."
        )
    experiment, collection = prepare(experiment, out)
    validate_slider(experiment, collection.records, slider)
    execution, draw = locally(execution), draw and not experiment.shard
    with staying(handed):
        run = begin(experiment, collection, out, execution, optional, handed, family)
    if slider and not experiment.shard:
        measure_slider(run, slider, execution, handed)
    if family and not experiment.shard:
        with run.writing("comparing maps"):
            write_same_maps(run, family)
    if draw:
        summarise_run(run, (), execution)
    drawn = draw_available(run, reports, options) if draw else Drawn((), {})
    return Comparison(run, drawn.written, run.left_out_photographs(), drawn.failed, read_passed_over(run))


def show(
    experiment: Experiment,
    out: Path,
    execution: Execution = Execution(),
    optional: bool = True,
    slider: SliderOptions | None = None,
    options: ReportOptions | None = None,
) -> Comparison:
    """Rate and explain photographs; draw one picture for every photograph and attribute, and the page.

    Parameters
    ----------
    experiment, out, execution, slider, options
        As for `compare`.
    optional
        Whether no method was named: then it is `cam`, or `grad_cam` where a model has no `cam`.

    Raises
    ------
    XaestheticError
        As `compare`.
    """
    handed = NONE
    if optional and not (out / "experiment.json").is_file():
        collect_photographs(experiment)  # before torch is imported: a name may be misspelt
        from xaesthetic.stages.answering import load_models
        from xaesthetic.stages.targets import of_target

        handed = Handed(loaded=load_models(experiment, NONE, out, execution.trust))
        exact = all(model.weights is not None for model in of_target(handed.loaded, experiment).values())
        experiment = replace(experiment, methods=("cam",) if exact else ("grad_cam",))
    elif optional:
        experiment = replace(experiment, methods=Run.open(out).experiment.methods)
    return compare(experiment, out, execution, ("overlays", "html_report"), options, models=handed, slider=slider)


def prepare(experiment: Experiment, out: Path) -> tuple[Experiment, Collection]:
    """Check every name, find the photographs and complete the experiment with what identifies its inputs."""
    if not experiment.models:
        raise ModelError("no model is chosen; name one or more, as 'xaesthetic list models' shows them.")
    experiment = replace(experiment, models=models_having(experiment.models, experiment.attributes, experiment.beyond))
    choices = [ModelChoice.parse(text) for text in experiment.models]
    for choice in choices:
        if str(choice) not in experiment.identities:
            validate_choice(choice)
    experiment = replace(experiment, methods=expand(experiment.methods))
    for method in experiment.methods:
        plugins.check("methods", method)
    keys = [choice.key for choice in choices]
    if len(set(keys)) < len(keys):
        raise ModelError(f"two models are called {max(keys, key=keys.count)!r}; rename the folder of one's weights.")
    collection = collect_photographs(experiment)
    validate_decoding(experiment, collection.records)
    held = Run.open(out) if (out / "experiment.json").is_file() else None
    photographs = (fingerprint_v1 if held and held.schema == 1 else fingerprint)(collection.records)
    before = held.experiment.inputs.get("photographs") if held else None
    identities = held.experiment.identities if held else {}
    for name in sorted(set(experiment.identities).intersection(identities)):
        validate_identity(name, identities, experiment.identities, out)
    if held and before and before != photographs and are_what_is_left(held, collection.records):
        photographs = before
    methods = method_keys.with_baselines(experiment.methods)
    if held and held.experiment.methods == experiment.methods:  # of before baselines had names
        methods = held.experiment.methods
    inputs = {"photographs": photographs} | _weights(choices) | _zero(experiment)
    return replace(without_secrets(experiment), methods=methods, inputs=inputs), collection


def _zero(experiment: Experiment) -> dict[str, str]:
    """The sha256 of the photograph that counts as zero, which can be read."""
    if not experiment.zero.startswith(PHOTO):
        return {}
    file = experiment.zero.removeprefix(PHOTO)
    photo_pixels(file)
    return {"zero": files.sha256(Path(file))}


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
    handed: Handed = NONE,
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
    from xaesthetic.stages.alone import validate_alone
    from xaesthetic.stages.answering import answer_of, are_same, load_models  # these import torch
    from xaesthetic.stages.choices import validate_methods
    from xaesthetic.stages.rating_and_maps import rate_and_explain
    from xaesthetic.stages.targets import of_target, validate_zeros

    models = load_models(experiment, handed, out, execution.trust)
    required = [method for method in experiment.methods if method not in family]
    validate_zeros(experiment, models, collection.records)
    aimed = of_target(models, experiment)
    left_out = validate_methods(aimed, required, optional)
    for key, problems in validate_methods(aimed, family, optional=True).items():
        left_out.setdefault(key, {}).update(problems)
    validate_alone(models, experiment, collection.records)
    answers = {key: answer_of(model) for key, model in models.items()}
    run = _claim(out, experiment, provenance(answers, collection.described) | _chosen(left_out, family))
    if not are_same(run, answers):
        raise DataError(f"{out}: was begun with other weights than those installed now; choose another folder with --out.")
    with run.writing("rating and explaining"):  # whoever had to wait finds that all is done
        examine_records(run, collection.records, execution, collection.passed_over)
        if not run.photographs():
            reasons = run.read_columns(RECORDS, "reason")["reason"]
            raise DataError(
                f"{experiment.data}: none of {len(reasons)} photographs can be used; the first: {reasons.iloc[0]}"
            )
        run = rate_and_explain(run, models, execution)
        run.remove_parts()
    return run


def _family_of(out: Path) -> tuple[str, ...]:
    """Return the family that a run was begun with: whoever goes on with it names methods, or none."""
    if not (out / "experiment.json").is_file():
        return ()
    run = Run.open(out)
    return tuple(method for method in run.answered_by().family if method in run.experiment.methods)


def _chosen(left_out: Mapping[str, Mapping[str, str]], family: Sequence[str]) -> dict[str, Any]:
    """Return what a run keeps of how its methods were chosen, where there is something to keep."""
    kept = {"left_out": left_out, "family": list(family)}
    return {name: value for name, value in kept.items() if value}


def _claim(out: Path, experiment: Experiment, provenance: Mapping[str, Any]) -> Run:
    """Say in the folder which question it is for; of two at once one is first, and the other one's must be the same."""
    with hold(out / ".question.lock", "beginning a run"):
        return Run.open(out) if Run.exists(out, experiment) else Run.create(out, experiment, provenance)
