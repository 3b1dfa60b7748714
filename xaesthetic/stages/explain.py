"""The third stage: maps of the picked photographs, for every attribute, model and method."""

from collections.abc import Mapping, Sequence

from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Record
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.store import Run
from xaesthetic.stages._passes import Passes, missing_methods, pass_records
from xaesthetic.stages.pick import pick_records


def explained_records(run: Run) -> Sequence[Record]:
    """Return the photographs that get maps: all that any attribute's pick shows, in the data set's order."""
    if run.experiment.pick is None:
        return run.photographs()
    shown = {image for pick in pick_records(run) for image in (*pick.highest, *pick.lowest)}
    return run.records_of(shown)


def explain_records(run: Run, models: Mapping[str, AttributeModel], execution: Execution = Execution()) -> None:
    """Make the maps that are not in the run yet; goes on where a stopped run was.

    Parameters
    ----------
    run
        Its photographs have been rated.
    models
        By their keys.
    execution
        How it is carried out.
    """
    methods = {key: wanted for key, wanted in missing_methods(run, models).items() if wanted}
    if not methods:
        return
    passes = Passes({key: models[key] for key in methods}, methods, run.experiment)
    pass_records(run, passes, explained_records(run), "explain", execution)
