"""What a run computes of its photographs once they are examined: all that depends on how many are in a batch."""

from collections.abc import Mapping

from xaesthetic.core.execution import Execution
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.schemas import PRECISION
from xaesthetic.run.store import Run
from xaesthetic.stages import explain, precision, predict, targets
from xaesthetic.stages.halving import halving


def rate_and_explain(run: Run, models: Mapping[str, AttributeModel], execution: Execution) -> Run:
    """Do what is not in the run yet, with half the batch where memory does not suffice.

    Parameters
    ----------
    run
        Its photographs have been examined.
    models
        By their keys.
    execution
        How it is carried out.

    Returns
    -------
    The run, whose question has the batch that was used.

    Raises
    ------
    XaestheticError
        As `halving`, `predict_records` and `explain_records`.
    """

    def stages(run: Run) -> None:
        predict.predict_records(run, models, execution)
        if not run.experiment.shard:
            targets.write_zeros(run, models)
        if not run.is_rated_only:
            explain.explain_records(run, models, execution)
        if not run.experiment.shard and run.experiment.given_up and not run.has(PRECISION):
            precision.measure_precision(run, models, execution)

    return halving(run, stages)
