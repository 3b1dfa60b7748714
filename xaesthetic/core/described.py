"""What a run's models and data declare of attributes, for whoever shows ratings; and how files declare it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import Struct

from xaesthetic.core.attributes import Attribute, describe, name_problem
from xaesthetic.core.documents import convert
from xaesthetic.core.errors import DataError


class _Declared(Struct, frozen=True, forbid_unknown_fields=True):
    """One attribute in a file, where its name is the key."""

    title: str = ""
    low: float = float("nan")
    high: float = float("nan")
    higher_is_better: bool = True
    question: str = ""
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Described:
    """What is declared of the attributes of a run, by whom."""

    models: Mapping[str, tuple[Attribute, ...]] = field(default_factory=dict)
    """By the models' keys, in the question's order."""
    data: tuple[Attribute, ...] = ()
    """By the data set, of people's ratings."""

    def any(self, name: str) -> Attribute:
        """What is known of an attribute as such, for titles: the first model's word counts, then the data set's."""
        return describe(name, reversed([item for items in self._all() for item in items]))

    def of_model(self, model: str, name: str) -> Attribute:
        """What is known of a model's output; another's range says nothing about it, but a title may."""
        return self._titled(describe(name, self.models.get(model, ())))

    def of_people(self, name: str) -> Attribute:
        """What is known of people's ratings."""
        return self._titled(describe(name, self.data))

    def _titled(self, item: Attribute) -> Attribute:
        if item.title != item.name:
            return item
        return replace(item, title=self.any(item.name).title)

    def _all(self) -> Iterator[tuple[Attribute, ...]]:
        yield from self.models.values()
        yield self.data


def find_related(name: str, present: Iterable[Attribute]) -> Attribute | None:
    """Return the first attribute that is declared as related to another, though not the same; None where none is.

    Parameters
    ----------
    name
        Of the other, which nobody here has.
    present
        What is declared.

    Examples
    --------
    >>> dof = Attribute("dof", related=("depth_of_field",))
    >>> find_related("depth_of_field", [Attribute("light"), dof]).name
    'dof'
    """
    return next((item for item in present if name in item.related), None)


def parse_attributes(value: Any, where: str) -> tuple[Attribute, ...]:
    """Read what a file declares of attributes: a table of tables, `{"beauty": {"title": "Beauty", "low": 1, "high": 10}}`.

    Parameters
    ----------
    value
        As TOML or JSON has it.
    where
        What to call it in an error.

    Raises
    ------
    DataError
        If it is none, a field is unknown, a name cannot be one, or a range is none; names the place.

    Examples
    --------
    >>> [item.range for item in parse_attributes({"beauty": {"low": 1, "high": 10}}, "attributes.toml")]
    ['1 to 10']
    """
    tables: dict[str, Any] = convert(value, where, dict[str, Any])
    return tuple(_parse_attribute(name, fields, where) for name, fields in tables.items())


def _parse_attribute(name: str, fields: Any, where: str) -> Attribute:
    if problem := name_problem(name):
        raise DataError(f"{where}: the attribute {name!r} {problem}; rename it.")
    item: _Declared = convert(fields, f"{where}, [{name}]", _Declared)
    try:
        return Attribute(name, item.title, item.low, item.high, item.higher_is_better, item.question, item.related)
    except DataError as error:
        raise DataError(f"{where}: {error}") from error
