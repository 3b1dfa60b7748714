"""How many photographs a network gets at once, where memory did not suffice for as many as were wanted."""

from xaesthetic.core.documents import read_json
from xaesthetic.core.files import replace_summed, to_json
from xaesthetic.core.locks import hold
from xaesthetic.run.folder import QUESTION
from xaesthetic.run.store import Run


def with_batch(run: Run, batch: int) -> Run:
    """Have a run hold the question with another batch, and say in `answered_by` with which one it was begun.

    Parameters
    ----------
    run
        Holds nothing that depends on its batch.
    batch
        The one that is used from now on.
    """
    file = run.root / QUESTION
    with hold(run.root / ".question.lock", "taking a smaller batch"):
        document = read_json(file, dict)
        document["answered_by"].setdefault("batch", document["question"]["batch"])
        document["question"]["batch"] = batch
        replace_summed(file, lambda temporary: temporary.write_text(to_json(document), encoding="utf-8"))
    return Run.open(run.root)
