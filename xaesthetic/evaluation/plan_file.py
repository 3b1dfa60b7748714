"""plan.json: what a study will show and how it will be judged, frozen before anybody sees a map."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from xaesthetic.annotate.study import Exclusions
from xaesthetic.core import files
from xaesthetic.core.documents import convert, read_json
from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.planning import Proposal, Wanted
from xaesthetic.evaluation.power import Test
from xaesthetic.evaluation.variance_components import Components

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Primary:
    """The one comparison that decides."""

    metric: str
    test: Test
    level: float
    correction: Literal["holm"] = "holm"
    """Over attributes."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the variance components come from: a pilot's file, or numbers (then all is empty)."""

    file: str = ""
    sha256: str = ""
    differences: int = 0
    photographs: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A study's plan."""

    made: str
    """The day, ISO."""
    primary: Primary
    attributes: tuple[str, ...]
    wanted: Wanted
    exclusions: Exclusions
    """Results are stated with and without those whom they exclude."""
    design: Proposal
    components: dict[str, float | None]
    """By name; null where the interaction is not known."""
    source: Source
    seed: int
    times: int
    """Simulated studies."""
    schema: int = SCHEMA

    @property
    def sha256(self) -> str:
        """What the plan is known by: of all of it, but for the line that holds this."""
        text = json.dumps(_plain(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def variances(self) -> Components:
        """The components as numbers."""
        values = {name: math.nan if value is None else value for name, value in self.components.items()}
        return Components(**values)


def components_by_name(components: Components) -> dict[str, float | None]:
    """Return components as a plan holds them."""
    return {name: None if math.isnan(value) else value for name, value in asdict(components).items()}


def write_plan(path: Path, plan: Plan) -> None:
    """Write a plan, whole or not at all.

    Raises
    ------
    DataError
        If there is a file of that name: a plan that can be written again is none.
    """
    if path.exists() or path.is_symlink():
        raise DataError(f"{files.printable(path)}: is there already; a plan is not changed. Name another file.")
    with files.writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_json(path, {**_plain(plan), "sha256": plan.sha256})


def read_plan(path: Path) -> Plan:
    """Read a plan, and refuse one that was changed.

    Raises
    ------
    DataError
        If it is missing, damaged, of another schema, has something that a plan has not, or is not what its sha256 says.
    """
    name = files.printable(path)
    document = read_json(path)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise DataError(f"{name}: is no plan of schema {SCHEMA}; 'xaesthetic annotations plan' makes one.")
    stated = document.pop("sha256", None)
    plan: Plan = convert(document, name, Plan)
    if _plain(plan) != document:
        raise DataError(f"{name}: has something that no plan has, or lacks something; make the plan again.")
    if set(plan.components) != {field.name for field in fields(Components)}:
        raise DataError(f"{name}, $.components: {', '.join(plan.components)}; a photograph's, a person's … were wanted.")
    if plan.sha256 != stated:
        raise DataError(
            f"{name}: was changed after it was made (its sha256 is another); go back to the plan as it was made."
        )
    return plan


def _plain(plan: Plan) -> dict[str, Any]:
    """As JSON has it; whole numbers that stand for others become those, so that a plan that was read is the same."""
    typed = convert(json.loads(json.dumps(asdict(plan))), "the plan", Plan)
    value: dict[str, Any] = json.loads(json.dumps(asdict(typed)))
    return value
