"""Who is shown what, and in which order: balanced incomplete blocks by a seed, with repeats and catch trials among them."""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from xaesthetic.annotate.design import Item, assign
from xaesthetic.core.errors import DataError, XaestheticWarning
from xaesthetic.core.types import Mask

Sign = Literal["raises", "lowers"]
Kind = Literal["practice", "task", "repeat", "catch"]


@dataclass(frozen=True, slots=True, eq=False)
class Catch:
    """A photograph of which it is known what to mark: an edit of a region, or a shape with an instruction."""

    photograph: int
    """The number of the edited copy, which is no photograph of the study."""
    attribute: str
    sign: Sign
    mask: Mask
    instruction: str = ""
    """What the annotator reads; empty where the edit alone has to show."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in what one annotator is shown."""

    annotator: int
    """From 0."""
    position: int
    """From 0, practice first."""
    kind: Kind
    photograph: int
    attribute: str
    block: int = 0
    """The sitting, from 0."""
    of: int | None = None
    """The position of what a repeat repeats."""
    expected: Catch | None = None
    """What should be marked, in practice and catch trials."""


def block_size(minutes: float | int, seconds: float | int) -> int:
    """How many tasks of so many seconds a sitting holds; one at least.

    Raises
    ------
    DataError
        If one of them is not above zero.

    Examples
    --------
    >>> block_size(30, 50)
    36
    """
    for name, value in (("minutes", minutes), ("seconds", seconds)):
        if not 0 < value < float("inf"):
            raise DataError(f"{name} is {value:g}; a sitting and a task take longer than none. Pass a number above 0.")
    return max(1, int(minutes * 60 / seconds))


def schedule(
    photographs: Sequence[int],
    attributes: Sequence[str],
    invited: int,
    per: int,
    seed: int,
    repeats: float | int = 0.1,
    catches: Sequence[Catch] = (),
    practice: Sequence[Catch] = (),
    apart: int = 20,
    per_block: int = 30,
    catch_share: float | int = 0.1,
) -> tuple[tuple[Slot, ...], ...]:
    """Lay out a study: every photograph and attribute goes to `per` different annotators.

    Before repeats and catch trials the loads differ by one at most, and any two annotators share about equally many
    tasks. Everybody has their own order; the same photograph comes twice in a row only where it cannot be avoided.

    Parameters
    ----------
    photographs, attributes
        What is asked about; every pair of both is a task.
    invited
        How many annotators.
    per
        How many of them each task is for.
    seed
        For everything that is drawn.
    repeats, catch_share
        How many repeats and catch trials, as shares of an annotator's tasks. Fewer, with a warning, where there is no room
        for repeats so far apart, or where `catches` are fewer.
    catches, practice
        Catch trials to choose from; what everybody begins with, in this order.
    apart
        How many positions a repeat lies behind its first, at least.
    per_block
        How many positions a sitting has at most; `block_size` gives it.

    Returns
    -------
    For every annotator the slots in order of position.

    Raises
    ------
    DataError
        If this cannot be; says what to change.
    """
    _validate(photographs, attributes, invited, per, repeats, catch_share, apart, per_block)
    items = [(photograph, attribute) for attribute in attributes for photograph in photographs]
    loads = assign(items, invited, per, seed)
    result, short = [], Counter[str]()
    for annotator, load in enumerate(loads):
        random = np.random.default_rng([seed, 1, annotator])
        drafts = _with_catches(_order(load, random), catches, catch_share, random)
        drafts, missing = _with_repeats(drafts, round(repeats * len(load)), apart, random)
        short["repeats"] += missing
        short["catch trials"] += round(catch_share * len(load)) - sum(draft.kind == "catch" for draft in drafts)
        result.append(tuple(_numbered(annotator, [_Draft("practice", item) for item in practice] + drafts, per_block)))
    _warn(short, apart, len(catches))
    return tuple(result)


@dataclass(eq=False, slots=True)
class _Draft:
    kind: Kind
    what: Item | Catch
    of: "_Draft | None" = None

    @property
    def photograph(self) -> int:
        return self.what.photograph if isinstance(self.what, Catch) else self.what[0]


def _order(load: Sequence[Item], random: np.random.Generator) -> list[_Draft]:
    """Shuffled so that no photograph follows itself, as long as none has more than half of what is left."""
    left = [load[i] for i in random.permutation(len(load))]
    counts = Counter(photograph for photograph, _ in left)
    result: list[_Draft] = []
    while left:
        last = result[-1].photograph if result else None
        pressing = [photograph for photograph, count in counts.items() if 2 * count > len(left) and photograph != last]
        choice = next((i for i, item in enumerate(left) if item[0] in pressing), None)
        if choice is None:
            choice = next((i for i, item in enumerate(left) if item[0] != last), 0)
        item = left.pop(choice)
        counts[item[0]] -= 1
        result.append(_Draft("task", item))
    return result


def _with_catches(
    drafts: list[_Draft], catches: Sequence[Catch], share: float | int, random: np.random.Generator
) -> list[_Draft]:
    """One catch trial in each of as many stretches as there are trials, so that they lie over the whole study."""
    count = min(round(share * len(drafts)), len(catches))
    chosen = [catches[i] for i in random.permutation(len(catches))[:count]]
    edges = np.linspace(0, len(drafts), count + 1).astype(int)
    for number in reversed(range(count)):
        drafts.insert(int(random.integers(edges[number], edges[number + 1] + 1)), _Draft("catch", chosen[number]))
    return drafts


def _with_repeats(drafts: list[_Draft], count: int, apart: int, random: np.random.Generator) -> tuple[list[_Draft], int]:
    """Insert repeats; every insertion only widens the distances that are there."""
    for done in range(count):
        repeated = {id(draft.of) for draft in drafts}
        sources = [i for i in range(len(drafts) - apart + 1) if drafts[i].kind == "task" and id(drafts[i]) not in repeated]
        if not sources:
            return drafts, count - done
        first = sources[random.integers(len(sources))]
        source = drafts[first]
        places = random.permutation(np.arange(first + apart, len(drafts) + 1)).tolist()
        place = next((i for i in places if _is_free(drafts, i, source.photograph)), places[0])
        drafts.insert(place, _Draft("repeat", source.what, source))
    return drafts, 0


def _is_free(drafts: Sequence[_Draft], place: int, photograph: int) -> bool:
    return all(draft.photograph != photograph for draft in drafts[max(0, place - 1) : place + 1])


def _numbered(annotator: int, drafts: Sequence[_Draft], per_block: int) -> Iterator[Slot]:
    """Sittings of about one length, none longer than `per_block`."""
    blocks = -(-len(drafts) // per_block)
    places = {id(draft): position for position, draft in enumerate(drafts)}
    for position, draft in enumerate(drafts):
        expected = draft.what if isinstance(draft.what, Catch) else None
        photograph, attribute = (
            (draft.what.photograph, draft.what.attribute) if isinstance(draft.what, Catch) else draft.what
        )
        of = None if draft.of is None else places[id(draft.of)]
        block = position * blocks // len(drafts)
        yield Slot(annotator, position, draft.kind, photograph, attribute, block, of, expected)


def _warn(short: Counter[str], apart: int, catches: int) -> None:
    if short["repeats"] > 0:
        warnings.warn(
            f"{short['repeats']} repeats are left out: an annotator's tasks are too few for {apart} between a repeat and "
            "its first. Invite fewer people, or take more photographs.",
            XaestheticWarning,
            stacklevel=3,
        )
    if short["catch trials"] > 0:
        warnings.warn(
            f"{short['catch trials']} catch trials are left out: there are only {catches} to choose from.",
            XaestheticWarning,
            stacklevel=3,
        )


def _validate(
    photographs: Sequence[int],
    attributes: Sequence[str],
    invited: int,
    per: int,
    repeats: float | int,
    catch_share: float | int,
    apart: int,
    per_block: int,
) -> None:
    for name, values in (("photograph", photographs), ("attribute", attributes)):
        if not values:
            raise DataError(f"no {name} to annotate; name at least one.")
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            raise DataError(f"{name} {twice[0]!r} comes twice; name each one once.")
    for name, number in (("per", per), ("invited", invited), ("apart", apart), ("per_block", per_block)):
        if number < 1:
            raise DataError(f"{name} is {number}; 1 or more was wanted.")
    if invited < per:
        raise DataError(f"{per} annotators a task are wanted but only {invited} are invited; invite {per} or more.")
    for name, share in (("repeats", repeats), ("catch_share", catch_share)):
        if not 0 <= share <= 1:
            raise DataError(f"{name} is {share:g}, a share of the tasks; 0 to 1 was wanted.")
