"""What is known of a finished run's maps: measured with its models, by name or handed over, and summarised."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from xaesthetic.core.errors import DataError, XaestheticError, unknown
from xaesthetic.core.execution import Execution
from xaesthetic.core.sliding import SliderOptions
from xaesthetic.core.types import DECODES
from xaesthetic.evaluation.judge import Judgement
from xaesthetic.evaluation.judge import judge as summarise_run
from xaesthetic.evaluation.score import validate_metrics
from xaesthetic.execution.local import locally
from xaesthetic.run.schemas import (
    BASELINE_OUTPUTS,
    BLOCKS,
    EDIT_CONTROLS,
    EDITS,
    FAITHFULNESS,
    PRECISION,
    RANDOMISATION,
    SLIDER,
    SLIDER_MAPS,
    SLIDER_PICTURES,
    Table,
)
from xaesthetic.run.store import Run
from xaesthetic.stages.asking import Handed, Models, hand_over, staying

if TYPE_CHECKING:
    from xaesthetic.models.model import AttributeModel

_Measurement = tuple[Table, str, str]
_MEASUREMENTS: Mapping[str, _Measurement] = {
    "edits": (EDITS, "edit_response", "measure_edits"),
    "controls": (EDIT_CONTROLS, "edit_controls", "measure_controls"),
    "faithfulness": (FAITHFULNESS, "faithfulness", "measure_faithfulness"),
    "baselines": (BASELINE_OUTPUTS, "baselines", "measure_baselines"),
    "randomisation": (RANDOMISATION, "randomisation", "measure_randomisation"),
    "blocks": (BLOCKS, "blocks", "measure_blocks"),
    "precision": (PRECISION, "precision", "measure_precision"),
    "slider": (SLIDER, "slider", "measure_slider"),
}
"""What can be measured of a finished run with its models: the table, the stage's module and its function."""
_WITH: Mapping[str, Table] = {SLIDER_MAPS.name: SLIDER, SLIDER_PICTURES.name: SLIDER}
"""Tables that are measured with another one, by their names."""
_DEFAULT = ("edits", "controls", "faithfulness", "randomisation")


def measure(run: Run | str | Path, name: str, execution: Execution = Execution(), models: Models = ()) -> pd.DataFrame:
    """Measure what needs a finished run's models again, once.

    Parameters
    ----------
    run
        A finished one, or its folder.
    name
        What to measure: `edits`, `controls`, `faithfulness`, `baselines`, `randomisation`, `blocks`, `precision` or
        `slider`.
    execution
        How it is carried out.
    models
        Those that the run was begun with as objects.

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
    measure_all(run, [name], execution, models)
    return run.read(_MEASUREMENTS[name][0])


def measure_all(
    run: Run, names: Sequence[str], execution: Execution = Execution(), models: Models = (), skip: bool = False
) -> None:
    """Measure several things that need a finished run's models again; all are checked before the first is measured.

    Parameters
    ----------
    run, execution, models
        As for `measure`.
    names
        What to measure; what the run has already is not measured again.
    skip
        Whether what does not apply to the run is passed over, as where nothing was named.

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
    whole = [item for item in missing if item[0] is not PRECISION]
    if whole and run.experiment.decode != DECODES[0]:
        if not skip:
            raise DataError(
                f"{run.root}: photographs were decoded at reduced scale, and {whole[0][1]} needs all their pixels; make a "
                "run with --decode full."
            )
        missing = [item for item in missing if item not in whole]
    handed = hand_over(models)
    with staying(handed):
        _measure(run, missing, same_models(run, handed, execution.trust), execution, skip)


def measurements_of(tables: Collection[str]) -> list[str]:
    """Return the names of the measurements that write these tables, by the tables' names."""
    wanted = {_WITH[name].name if name in _WITH else name for name in tables}
    return [name for name, (table, _, _) in _MEASUREMENTS.items() if table.name in wanted]


def kept_slider(run: Run) -> SliderOptions:
    """Return how a run's slider was made, as far as those of its tables say that can be read."""
    steps, subject = SliderOptions().steps, ""
    for table in (SLIDER, SLIDER_MAPS, SLIDER_PICTURES):
        with suppress(DataError):
            steps = len(run.read_columns(table, "amount")["amount"].unique())
    with suppress(DataError):
        sources = set(run.read_columns(SLIDER_PICTURES, "subject")["subject"])
        subject = "auto" if sources - {"drawn", "marked"} else ""
    return SliderOptions(steps, subject)


def measure_slider(
    run: Run | str | Path,
    options: SliderOptions = SliderOptions(),
    execution: Execution = Execution(),
    models: Models = (),
) -> None:
    """Edit a finished run's photographs step by step, for the slider of its page.

    What the run has already stays where it is what is asked for; else it is measured anew.

    Parameters
    ----------
    run, execution, models
        As for `measure`.
    options
        How many steps, and where a subject may come from.

    Raises
    ------
    XaestheticError
        As `measure`.
    """
    run = Run.of(run)
    if run.has(SLIDER):
        from xaesthetic.stages.slider import is_as_asked  # imports torch

        if is_as_asked(run, options):
            return
        with run.writing("measuring slider"):
            for table in (SLIDER, SLIDER_MAPS, SLIDER_PICTURES):
                run.discard(table)
    handed = hand_over(models)
    if run.experiment.decode != DECODES[0]:
        raise DataError(f"{run.root}: photographs were decoded at reduced scale; the slider needs a run with --decode full.")
    with staying(handed):
        from xaesthetic.stages import slider

        slider.validate(run, {}, options)
        loaded = same_models(run, handed, execution.trust)
        with run.writing("measuring slider"):
            if not run.has(SLIDER):
                slider.measure_slider(run, loaded, locally(execution), options)


def _measure(
    run: Run, missing: Sequence[_Measurement], models: "Mapping[str, AttributeModel]", execution: Execution, skip: bool
) -> None:
    modules = {name: import_module(f"xaesthetic.stages.{name}") for _, name, _ in missing}  # they import torch
    applies = [item for item in missing if not skip or _applies(modules[item[1]], run, models)]
    for _, name, _ in applies:
        modules[name].validate(run, models)
    for table, name, function in applies:
        with run.writing(f"measuring {name}"):
            if not run.has(table):  # whoever it was that one had to wait for may have done it
                getattr(modules[name], function)(run, models, locally(execution))


def _applies(module: Any, run: Run, models: "Mapping[str, AttributeModel]") -> bool:
    try:
        module.validate(run, models)
    except XaestheticError:
        return False
    return True


def judge(
    run: Run | str | Path,
    metrics: str | Sequence[str] = (),
    execution: Execution = Execution(),
    by_person: bool = False,
    models: Models = (),
    measurements: str | Sequence[str] = (),
) -> Judgement:
    """Hold a run's maps against people, where there are any, and summarise everything that was measured.

    Metrics and measurements are tried before anything is measured.

    Parameters
    ----------
    run
        A finished one, or its folder.
    metrics
        Names of metrics; all that fit what people did where empty.
    execution
        How it is carried out.
    by_person
        Whether each person alone is held against too.
    models
        The models that the run was begun with as objects: what needs the models again is measured too, once.
    measurements
        What that is: `edits`, `controls`, `faithfulness`, `randomisation`; with `models` and none named, all that apply to
        the run.

    Returns
    -------
    All summaries, which are in the run's summaries/ too; of the leaderboards the metrics named.

    Raises
    ------
    XaestheticError
        If a table is damaged, there is no such metric or measurement, people did not do what a metric needs, a measurement
        that was named does not apply, or a model is not the run's.
    """
    run = Run.of(run)
    metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    validate_metrics(run, metrics, by_person)
    named = [measurements] if isinstance(measurements, str) else list(measurements)
    handed = hand_over(models)
    if named or handed.names:
        measure_all(run, named or _DEFAULT, execution, handed, skip=not named)
    return summarise_run(run, metrics, execution, by_person)


def same_models(run: Run, handed: Handed, trust: bool) -> "dict[str, AttributeModel]":
    """Load a run's models, with the weights that they had.

    Raises
    ------
    XaestheticError
        If one cannot be loaded, or its weights are others now.
    """
    from xaesthetic.stages.answering import answer_of, are_same, load_models  # they import torch

    models = load_models(run.experiment, handed, run.root, trust)
    if not are_same(run, {key: answer_of(model) for key, model in models.items()}):
        raise DataError(f"{run.root}: was begun with other weights than those installed now; make a new run.")
    return models
