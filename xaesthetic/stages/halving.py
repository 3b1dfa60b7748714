"""Where memory does not suffice for a batch: half as many photographs at once, for the whole run, from its ratings on.

A network's last bits depend on how many photographs it gets at once. So nothing that was computed with more of them stays,
and the run then holds the question of one that was asked with so few; only `answered_by` says with how many it was begun.
"""

import gc
from collections.abc import Callable
from functools import partial

import torch

from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.files import remove
from xaesthetic.core.memory import is_out_of_memory
from xaesthetic.core.plugins import one_line, warn
from xaesthetic.core.types import Experiment
from xaesthetic.run.batch import with_batch
from xaesthetic.run.folder import UNFINISHED
from xaesthetic.run.schemas import LEFT_OUT, PRECISION, PREDICTIONS, ZEROS
from xaesthetic.run.store import Run


def halving(run: Run, stages: Callable[[Run], None]) -> Run:
    """Carry out a run's stages; where memory does not suffice, again from its ratings on with half the batch.

    Parameters
    ----------
    run
        Written to by nobody else.
    stages
        Rates and explains its photographs; passes over what the run holds.

    Returns
    -------
    The run, whose question has the batch that was used.

    Raises
    ------
    ModelError
        If there is no memory for one photograph.
    DataError
        If the run is a shard: the other shards' batches are as large.
    """
    run = Run.open(run.root)  # whoever had to wait may find another batch
    while (why := exhausted(partial(stages, run))) is not None:
        if run.experiment.shard and run.experiment.batch > 1:
            raise DataError(
                f"{run.root}: {_much(run.experiment)} ({why}), and shards are of whole batches; begin all of them again "
                f"with --batch {run.experiment.batch // 2}."
            )
        half = smaller_batch(run.experiment, why, str(run.root))
        for table in (PREDICTIONS, LEFT_OUT, ZEROS, PRECISION):
            run.discard(table)
        for folder in (run.root / "maps", *(run.parts / stage for stage in UNFINISHED)):
            remove(folder)
        run = with_batch(run, half)
    return run


def smaller_batch(experiment: Experiment, why: str, where: str) -> int:
    """Return half the batch, and say so.

    Parameters
    ----------
    experiment
        Has the batch that was too much.
    why
        What was said of it.
    where
        The run, or whatever is rated.

    Raises
    ------
    ModelError
        If it is one already.
    """
    if experiment.batch == 1:
        raise ModelError(
            f"{where}: out of memory with one photograph at once ({why}); close other programs, take a smaller model, or "
            "--precision bf16."
        )
    half = experiment.batch // 2
    warn(f"{where}: {_much(experiment)} ({why}); all of them are rated with --batch {half}.")
    return half


def exhausted(work: Callable[[], object]) -> str | None:
    """Do some work; return why memory did not suffice for it, or None where it did.

    What the error held on to is free afterwards, on a GPU too.
    """
    try:
        work()
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        why = one_line(error)
    else:
        return None
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return why


def _much(experiment: Experiment) -> str:
    return f"out of memory with {experiment.batch} photographs at once"
