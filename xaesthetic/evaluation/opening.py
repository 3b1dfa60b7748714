"""Which attribute a reader sees first: the one asked for, else the one whose maps hold up best, never just the first."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
import pandas as pd

from xaesthetic.core.attributes import in_order
from xaesthetic.core.described import Described
from xaesthetic.evaluation.findings import FINDINGS
from xaesthetic.run.schemas import Table, columns
from xaesthetic.run.store import Run

OPENING = Table(
    "summaries/opening",
    columns(
        "attribute text | place int | first bool | maps int | hold float share | passed float share | auc float"
        " | follows float share | between float | people float | why text"
    ),
    "xaesthetic score RUN",
    "The attributes in the order of how well their maps hold up, the best at place 1. `first` is what the page opens on: "
    "the one asked for, or else that at place 1; `why` says so. Weighed one after another: the share of its maps that pass "
    "all checks (`hold`), the share of checks that they pass (`passed`), then means over its maps as `findings` has them: "
    "the AUC of edits, the share of photographs that follow them, the likeness to other attributes' maps (the lower first), "
    "the normalised score against people; the number of maps; then `overall` comes first, then the vocabulary's order. What "
    "was not measured comes after what was.",
    ("attribute",),
)
WEIGHED = "maps that pass all checks, checks passed, edit response, specificity, people"
"""The order, in words."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How well the maps of an attribute hold up."""

    attribute: str
    maps: int
    hold: float
    passed: float
    auc: float
    follows: float
    between: float
    people: float

    @property
    def measured(self) -> tuple[float, ...]:
        """What places are decided by, higher first; what is not known last."""
        values = self.hold, self.passed, self.auc, self.follows, -self.between, self.people
        return tuple(-np.inf if np.isnan(value) else round(value, 9) for value in values)


def find_opening(run: Run) -> pd.DataFrame:
    """Put a run's attributes into the order in which their maps hold up.

    Parameters
    ----------
    run
        With `FINDINGS`.

    Returns
    -------
    The columns of `OPENING`; no row where no map asks for an attribute.
    """
    standings = sorted_standings(run.read(FINDINGS))
    if not standings:
        return pd.DataFrame(columns=list(OPENING.names))
    first = _asked_for(run, standings) or standings[0]
    why = explain_opening(first, standings, run.described(), requested=_asked_for(run, standings) is not None)
    rows = [
        (item.attribute, place, item is first, *astuple(item)[1:], why if item is first else "")
        for place, item in enumerate(standings, 1)
    ]
    return pd.DataFrame(rows, columns=list(OPENING.names))


def sorted_standings(findings: pd.DataFrame) -> list[Standing]:
    """Return how well each attribute's maps hold up, the best first.

    Parameters
    ----------
    findings
        The columns of `FINDINGS`.
    """
    rows = dict(iter(findings.groupby("attribute", sort=False)))
    standings = [_standing(name, rows[name]) for name in in_order(map(str, rows))]
    return sorted(standings, key=_place)


def are_told_apart(standings: Sequence[Standing]) -> bool:
    """Whether anything that was measured puts one attribute before another."""
    return standings[0].measured != standings[-1].measured


def read_standings(table: pd.DataFrame) -> list[Standing]:
    """Return what a table of `OPENING` says of each attribute, in its order."""
    names = [field.name for field in fields(Standing)]
    return [Standing(*row) for row in table[names].itertuples(index=False, name=None)]


def _place(item: Standing) -> tuple[float, ...]:
    """What a list is sorted by; those that are equal in all of it stay in their order."""
    return *(-value for value in item.measured), -float(item.maps), float(item.attribute != "overall")


def _standing(name: str, rows: pd.DataFrame) -> Standing:
    checked = rows[rows["checks"] > 0]
    hold = float(checked["holds"].mean()) if len(checked) else float("nan")
    passed = float((1 - checked["failed"] / checked["checks"]).mean()) if len(checked) else float("nan")
    means = (_mean(rows[column]) for column in ("auc", "follows", "between", "people"))
    return Standing(name, len(checked) or len(rows), hold, passed, *means)


def _mean(values: "pd.Series[float]") -> float:
    known = values.to_numpy(np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else float("nan")


def _asked_for(run: Run, standings: Sequence[Standing]) -> Standing | None:
    """Return the best of the attributes that the question names, or what is related to one; None where it names none."""
    names = set(run.experiment.attributes) - {"all"}
    described = run.described()
    exact = [item for item in standings if item.attribute in names]
    related = [item for item in standings if names & set(described.any(item.attribute).related)]
    return next(iter(exact or related), None)


def explain_opening(first: Standing, standings: Sequence[Standing], described: Described, requested: bool) -> str:
    """Say in a sentence or two why an attribute is shown first, and where the worst is.

    Parameters
    ----------
    first
        What is shown.
    standings
        Of all attributes, the best first.
    described
        Their titles.
    requested
        Whether the question names it.
    """
    title, worst = described.any(first.attribute).title, standings[-1]
    if len(standings) == 1:
        return f"{title}: the only attribute whose maps are here."
    if requested:
        place = standings.index(first) + 1
        order = f"by how well its maps hold up, number {place} of {len(standings)} here ({_count(first)})"
        return f"{title}: as asked for; {order}."
    if not are_told_apart(standings):
        return f"{title}: nothing that was measured here tells the attributes' maps apart."
    weighed = f"Weighed in this order: {WEIGHED}."
    if np.isnan(first.hold):  # then nothing was checked of any: what was comes before it
        return (
            f"{title}: no attribute's maps were checked here; its own come first of {len(standings)} attributes in what was "
            f"measured, those of {described.any(worst.attribute).title} last. {weighed}"
        )
    last = f"the worst is {described.any(worst.attribute).title} ({_count(worst)}). {weighed}"
    if not first.hold > 0:
        return f"{title}: no attribute's maps pass all their checks here; its maps fail the fewest ({_count(first)}); {last}"
    best = f"its maps hold up best of {len(standings)} attributes on these photographs"
    return f"{title}: {best} ({_count(first)}); {last}"


def _count(item: Standing) -> str:
    """How many of an attribute's maps pass, as far as they were checked."""
    if np.isnan(item.hold):
        return "not checked"
    if item.hold == 1:
        return f"all {item.maps} maps passed every check" if item.maps > 1 else "its map passed every check"
    held = round(item.hold * item.maps)
    return f"{held} of {item.maps} maps passed every check; {100 * item.passed:.0f} % of the checks were passed"
