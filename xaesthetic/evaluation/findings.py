"""What was found of every model, method and attribute: one plain sentence, made of the run's own measurements.

Where a map is not to be relied on, that is the sentence; what else was measured stands beside it. What was not measured is
not said.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import pandas as pd

from xaesthetic.core.described import Described
from xaesthetic.evaluation.completeness import COMPLETENESS
from xaesthetic.evaluation.edit_controls import EDIT_VERDICTS
from xaesthetic.evaluation.edited_versions import Versions, measure_versions, versions_of
from xaesthetic.evaluation.finding_parts import (
    Part,
    completeness_parts,
    people_part,
    response_parts,
    specificity_parts,
    stability_parts,
    trained_words,
    verdict_parts,
    versions_part,
)
from xaesthetic.evaluation.leaderboard import LEADERBOARD
from xaesthetic.evaluation.specificity import SPECIFICITY
from xaesthetic.evaluation.stability import STABILITY
from xaesthetic.evaluation.summaries import EDIT_RESPONSE
from xaesthetic.metrics._floors import ENERGY
from xaesthetic.run.maps import Place
from xaesthetic.run.question import Answer
from xaesthetic.run.schemas import Table, columns
from xaesthetic.run.store import Run

FINDINGS = Table(
    "summaries/findings",
    columns(
        "model text | method text | attribute text | checks int | failed int | holds bool | sentence text | besides text"
        " | tables text | auc float | follows float share | between float | people float"
    ),
    "xaesthetic score RUN",
    "One plain sentence a map, made of the other summaries. `checks` is how many checks were made, `failed` how many of "
    "them the map did not pass; `holds` where it passed all, one at least. `sentence` is what failed, where something did, "
    "and `besides` the rest then. `tables` are those that it is made of. `auc` is the mean over edits of how well the map's "
    "change lies, `follows` of the share of photographs whose rating moves the right way with them, `between` its likeness "
    "to other attributes' maps, `people` the normalised score of the leading metric; nan where not measured. Shares have "
    "exact intervals (Clopper-Pearson). Floors, which ask no attribute, have no row.",
    ("model", "method", "attribute"),
)
MADE_FROM: tuple[Table, ...] = (LEADERBOARD, EDIT_RESPONSE, EDIT_VERDICTS, SPECIFICITY, STABILITY, COMPLETENESS)
"""The summaries that findings are made of, as far as a run has them."""
_NOTHING = "nothing was measured of this map that it could have failed"


def find_findings(run: Run, places: Collection[Place] | None = None) -> pd.DataFrame:
    """Make one sentence of what is known of every model, method and attribute.

    Parameters
    ----------
    run
        A finished one, whose other summaries are there.
    places
        The models and methods whose maps can be read; all of the run where None.

    Returns
    -------
    The columns of `FINDINGS`.
    """
    evidence = _Evidence(run)
    rows = [
        _row(model, method, attribute, *evidence.of(model, method, attribute))
        for model in run.model_keys()
        for method in run.methods(model)
        if places is None or (model, method) in places
        for attribute in _asking(run, model, method)
    ]
    return pd.DataFrame(rows, columns=list(FINDINGS.names))


def _asking(run: Run, model: str, method: str) -> Sequence[str]:
    """The attributes of maps that ask for one."""
    stack = run.find_maps(model, method) if method != ENERGY else None  # older runs have it under every attribute
    return stack.attributes if stack is not None and stack.asks_output else ()


Numbers = tuple[float, float, float, float]
"""Means over edits of the AUC and of the share that follows; the likeness to other attributes' maps; people's score."""


class _Evidence:
    """The summaries of a run, looked up map by map."""

    def __init__(self, run: Run) -> None:
        """Read them once."""
        self._tables = {table.name: run.read(table) for table in MADE_FROM if run.has(table)}
        self._answers: Mapping[str, Answer] = run.answered_by().models
        self._described: Described = run.described()
        self._rated = versions_of(run)
        self._versions: dict[tuple[str, str], list[Versions]] = {}

    def of(self, model: str, method: str, attribute: str) -> tuple[list[Part], Numbers]:
        """Return what was measured of one map: ratings first, then the map, then people."""
        response = self._rows(EDIT_RESPONSE, model, attribute, method)
        specific = self._rows(SPECIFICITY, model, "", method)
        person, people = people_part(self._rows(LEADERBOARD, model, attribute, method))
        versions = self._versions_of(model, attribute)
        parts = [
            *self._ratings(versions, model, attribute),
            *response_parts(response, self._notes(model, attribute, response["edit"])),
            *specificity_parts(specific),
            *stability_parts(self._rows(STABILITY, model, attribute, method)),
            *([person] if person else []),
            *completeness_parts(self._rows(COMPLETENESS, model, attribute, method)),
        ]
        auc = float(response["auc"].mean()) if len(response) else float("nan")
        between = float(specific["between"].iloc[0]) if len(specific) else float("nan")
        return parts, (auc, self._follows(versions, model, attribute), between, people)

    def _versions_of(self, model: str, attribute: str) -> list[Versions]:
        """The same for every method, and looked up once."""
        key = model, attribute
        if key not in self._versions:
            declared = self._described.of_model(model, attribute)
            self._versions[key] = list(measure_versions(self._rated, model, declared))
        return self._versions[key]

    def _follows(self, versions: Sequence[Versions], model: str, attribute: str) -> float:
        """Of edits measured by `score --edits`, else of those among the run's photographs."""
        verdicts = self._rows(EDIT_VERDICTS, model, attribute)
        if len(verdicts):
            return float(verdicts["right"].mean())
        shares = [item.right / item.photographs for item in versions]
        return sum(shares) / len(shares) if shares else float("nan")

    def _ratings(self, versions: Sequence[Versions], model: str, attribute: str) -> Iterator[Part]:
        """What edits say of the rating; once for an edit that is among the photographs and was measured by itself too."""
        verdicts = self._rows(EDIT_VERDICTS, model, attribute)
        failing = set(verdicts.loc[verdicts["right_low"] <= 0.5, "edit"])
        for item in versions:
            if item.edit not in failing:
                yield versions_part(item, self._notes(model, attribute, [item.edit])[item.edit])
        notes = self._notes(model, attribute, verdicts["edit"])
        yield from verdict_parts(verdicts, notes, shares=not versions)

    def _notes(self, model: str, attribute: str, edits: Collection[str]) -> dict[str, str]:
        answer = self._answers[model]
        fitted = frozenset(answer.fitted_edits)
        return {str(edit): trained_words(str(edit), attribute, fitted, answer.trained) for edit in edits}

    def _rows(self, table: Table, model: str, attribute: str = "", method: str = "") -> pd.DataFrame:
        known = self._tables.get(table.name)
        if known is None:
            return pd.DataFrame(columns=list(table.names))
        chosen = known["model"] == model
        for column, value in (("attribute", attribute), ("method", method)):
            if value:
                chosen &= known[column] == value
        return known[chosen]


def _row(model: str, method: str, attribute: str, parts: Sequence[Part], numbers: Numbers) -> tuple[object, ...]:
    checks, failed = [part for part in parts if part.checks], [part for part in parts if part.fails]
    sentence, besides = _sentence(parts)
    tables = ", ".join(dict.fromkeys(part.table for part in parts))
    holds = bool(checks) and not failed
    return model, method, attribute, len(checks), len(failed), holds, sentence, besides, tables, *numbers


def _sentence(parts: Sequence[Part]) -> tuple[str, str]:
    """Return the sentence, and what else is known where the sentence says what failed.

    Examples
    --------
    >>> _sentence([Part("it adds up", ""), Part("refits disagree", "", fails=True)])
    ('Not to be relied on: refits disagree.', 'It adds up.')
    """
    failed = list(dict.fromkeys(part.text for part in parts if part.fails))
    rest = list(dict.fromkeys(part.text for part in parts if not part.fails))
    if failed:
        return f"Not to be relied on: {'; '.join(failed)}.", _capital("; ".join(rest))
    if not any(part.checks for part in parts):
        rest = [_NOTHING, *rest]
    return _capital("; ".join(rest)), ""


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""
