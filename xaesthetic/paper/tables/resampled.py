"""Spearman's ρ of models on one list of photographs and its bootstrap resamples, each drawn once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from xaesthetic.core.statistics import Estimate, interval, paired_difference, resample

Values = np.ndarray
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """People's ratings and models' predictions of one list, a number a photograph, nan where there is none."""

    people: Mapping[str, Values]
    """By attribute."""
    models: Mapping[tuple[str, str], Values]
    """By model and attribute."""
    resamples: int
    seed: int
    _kept: dict[tuple[str, str, bytes], Values] = field(default_factory=dict)

    def known(self, attribute: str, *models: str) -> np.ndarray:
        """Where people and all of these models rate."""
        columns = [self.people[attribute], *(self.models[model, attribute] for model in models)]
        return np.asarray(~np.isnan(np.stack(columns)).any(0))

    def rates(self, model: str, attribute: str) -> bool:
        """Whether a model rates three photographs or more that people rated."""
        return int(self.known(attribute, model).sum()) > 2

    def drawn(self, model: str, attribute: str, rows: np.ndarray) -> Values:
        """Return ρ of every resample of these photographs; the same resamples for every model and attribute."""
        key = model, attribute, rows.tobytes()
        if key not in self._kept:
            one, other = self.people[attribute][rows], self.models[model, attribute][rows]
            self._kept[key] = resample(one, other, self.resamples, self.seed) if rows.sum() > 2 else np.full(2, np.nan)
        return self._kept[key]

    def rho(self, model: str, attribute: str, rows: np.ndarray) -> Estimate:
        """Return ρ on these photographs."""
        one, other = self.people[attribute][rows], self.models[model, attribute][rows]
        return interval(one, other, self.drawn(model, attribute, rows))

    def difference(self, model: str, other: str, attribute: str) -> tuple[Estimate, int]:
        """Return how much higher one model's ρ is than another's, on the photographs that both rated, and how many."""
        rows = self.known(attribute, model, other)
        one, two = (self.rho(item, attribute, rows).value for item in (model, other))
        drawn, others = (self.drawn(item, attribute, rows) for item in (model, other))
        return paired_difference(one, two, drawn, others), int(rows.sum())

    def mean(self, model: str, attributes: Sequence[str]) -> Estimate:
        """Return the mean of ρ over attributes, on the photographs that have all of them."""
        value, drawn = self._mean(model, attributes, self._all_known(attributes, model))
        reach = _Z * float(drawn.std(ddof=1)) if len(drawn) > 1 else float("nan")
        return Estimate(value, max(-1.0, value - reach), min(1.0, value + reach), float("nan"))

    def mean_difference(self, model: str, other: str, attributes: Sequence[str]) -> tuple[Estimate, int]:
        """Return how much higher one model's mean ρ over attributes is than another's, and on how many photographs."""
        rows = self._all_known(attributes, model, other)
        (one, drawn), (two, others) = (self._mean(item, attributes, rows) for item in (model, other))
        return paired_difference(one, two, drawn, others), int(rows.sum())

    def _all_known(self, attributes: Sequence[str], *models: str) -> np.ndarray:
        return np.asarray(np.stack([self.known(name, *models) for name in attributes]).all(0))

    def _mean(self, model: str, attributes: Sequence[str], rows: np.ndarray) -> tuple[float, Values]:
        values = [self.rho(model, name, rows).value for name in attributes]
        return float(np.mean(values)), np.mean([self.drawn(model, name, rows) for name in attributes], axis=0)
