"""Which annotators get which tasks: incomplete blocks, balanced as far as the numbers allow."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

Item = tuple[int, str]
"""A photograph's number and an attribute."""
_EXCHANGES = 20  # tried for every task


def assign(items: Sequence[Item], invited: int, per: int, seed: int) -> list[list[Item]]:
    """Give every item to `per` different annotators.

    Loads differ by one at most. Among the annotators with the smallest load, those come first that have shared the least
    with those already chosen; then annotators are exchanged between items where that evens out what pairs share.

    Parameters
    ----------
    items
        Those of one attribute one after the other: then every annotator also gets about equally many of each attribute.
    invited, per
        How many annotators in all and an item; `invited` is not the smaller.
    seed
        For what is drawn.

    Returns
    -------
    The items of every annotator.
    """
    random = np.random.default_rng([seed, 0])
    chosen = _drawn(len(items), invited, per, random)
    _even_out(chosen, [attribute for _, attribute in items], invited, random)
    loads: list[list[Item]] = [[] for _ in range(invited)]
    for item, annotators in zip(items, chosen, strict=True):
        for annotator in annotators:
            loads[annotator].append(item)
    return loads


def shared(chosen: Sequence[Sequence[int]], invited: int) -> Int[np.ndarray, "_a _b"]:
    """How many items any two annotators have both; the diagonal is 0."""
    counts = np.zeros((invited, invited), np.int64)
    for annotators in chosen:
        counts[np.ix_(annotators, annotators)] += 1
    np.fill_diagonal(counts, 0)
    return counts


def _drawn(items: int, invited: int, per: int, random: np.random.Generator) -> list[list[int]]:
    counts, loads = np.zeros((invited, invited), np.int64), np.zeros(invited, np.int64)
    result = []
    for _ in range(items):
        annotators: list[int] = []
        for _ in range(per):
            cost = counts[annotators].sum(0)
            order = np.lexsort((random.random(invited), cost, loads))
            annotators.append(next(int(i) for i in order if i not in annotators))
        counts[np.ix_(annotators, annotators)] += 1
        loads[annotators] += 1
        result.append(annotators)
    return result


def _even_out(chosen: list[list[int]], attributes: Sequence[str], invited: int, random: np.random.Generator) -> None:
    """Exchange annotators of two items of one attribute where the squares of what pairs share then sum to less."""
    counts = shared(chosen, invited)
    for _ in range(_EXCHANGES * len(chosen)):
        i, j = random.integers(len(chosen), size=2)
        a, b = random.choice(chosen[i]), random.choice(chosen[j])
        if attributes[i] != attributes[j] or a in chosen[j] or b in chosen[i]:
            continue
        here, elsewhere = [k for k in chosen[i] if k != a], [k for k in chosen[j] if k != b]
        change = np.zeros((2, invited), np.int64)
        change[0, here] -= 1
        change[1, here] += 1
        change[0, elsewhere] += 1
        change[1, elsewhere] -= 1
        if ((2 * counts[[a, b]] + change) * change).sum() < 0:
            counts[[a, b]] += change
            counts[:, [a, b]] = counts[[a, b]].T
            chosen[i], chosen[j] = [*here, int(b)], [*elsewhere, int(a)]
