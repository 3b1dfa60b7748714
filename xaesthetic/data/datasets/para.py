"""PARA: photographs that about 26 people each rated in nine attributes and as a whole (Yang et al., CVPR 2022)."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import printable
from xaesthetic.core.para import COLUMNS
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.datasets._para_files import Photograph, read_counts, read_single
from xaesthetic.data.datasets._para_lists import divided
from xaesthetic.data.fetch.registry import cached
from xaesthetic.data.locate import Located, locate

_LISTS = {"train": "para-giaatrain.csv", "test": "para-giaatest.csv"}
_SINGLE = "para-images.csv"
_CREDIT = "PARA, Yang et al., CVPR 2022: for research and learning only, no commercial use"


@dataset(downloads=("para",))
def para(root: Path | None = None) -> Iterator[Record | PassedOver | Attribute]:
    """PARA's rated photographs (research and learning only; 'xaesthetic data fetch para' says where they are to be had).

    Two layouts are read: the published one (``imgs/session1/iaa_pub1_.jpg``, ``annotation/PARA-GiaaTrain.csv`` and
    ``PARA-GiaaTest.csv``, or ``PARA-Images.csv`` alone, a row for each person and photograph), with its own lists `train`
    and `test`; and a part of it in one folder (``imgs/iaa_pub1_.jpg``, ``PARA-Giaa-….csv``). That one gets fixed lists: of
    its sessions, in the order of the sha256 of their names, as many as hold a fifth of the photographs are `test`, the
    others `train`; of the 2,500 of the official test list 500 and 2,000. A session is never torn apart. People's details,
    ``PARA-UserInfo.csv``, are counted by ``xaesthetic data check para`` alone. Columns are found by their names, as in the
    published files; one that is missing is missing, never 0.

    The attributes keep PARA's questions and ranges: `dof` is how good the depth of field is, 1 to 5, where AADB's
    `depth_of_field` is whether it is shallow and helps. isObjectEmphasis is turned: it is published inverted.

    Parameters
    ----------
    root
        The folder; None for ``para`` in the folder of downloads.

    Raises
    ------
    DataError
        If there is no such table, or it has no column imageName.
    """
    folder = root or cached("para")
    files = _tables(folder)
    rows: dict[str, Photograph] = {}
    lists: dict[str, dict[str, int]] = {}
    for name, table in files.items():
        for place, item in enumerate(read_single(table) if name == "single" else read_counts(table)):
            if isinstance(item, PassedOver):
                yield item
            elif item.name in rows:
                yield PassedOver(f"{table.name}, {item.name}", "a photograph that has ratings already; the first row counts")
            else:
                rows[item.name] = item
                lists[item.name] = {name: place} if name in _LISTS else {}
    yield from _declared(rows.values())
    if not any(lists.values()):
        lists = divided(rows.values())
    located = _located(rows.values(), folder)
    for name, row in rows.items():
        file = located[name]
        yield Record(
            name,
            file.path,
            original=name,
            ratings=row.ratings,
            splits=lists[name],
            credit=_CREDIT,
            problem=file.problem and f"para: {file.problem}",
            votes=row.votes,
            group=row.session,
            category=row.category,
        )


def _tables(folder: Path) -> Mapping[str, Path]:
    """Return the tables that are read, by the names of their lists where they are such."""
    places = [folder / "annotation", folder] if folder.is_dir() else [folder.parent]
    files = {
        file.name.casefold(): file for place in reversed(places) if place.is_dir() for file in sorted(place.glob("*.csv"))
    }
    if folder.is_file():
        files = {folder.name.casefold(): folder}
    known = {name: files[file] for name, file in _LISTS.items() if file in files}
    parts = {name: file for name, file in files.items() if name.startswith("para-giaa")}
    single = {"single": files[_SINGLE]} if _SINGLE in files else {}
    tables = known or parts or single
    if not tables:
        raise DataError(
            f"para: no PARA-Giaa….csv or PARA-Images.csv in {printable(folder)}; 'xaesthetic data fetch para' says where "
            "they are to be had; give their folder with --root."
        )
    return tables


def _declared(rows: Iterable[Photograph]) -> Iterator[Attribute]:
    rated = {name for row in rows for name in row.ratings}
    yield from (item for item in COLUMNS.values() if item.name in rated)


def _located(rows: Iterable[Photograph], folder: Path) -> Mapping[str, Located]:
    above = folder if folder.is_dir() else folder.parent
    images = above / "imgs" if (above / "imgs").is_dir() else above
    names = {row.name: f"{row.session}/{row.name}" if (images / row.session).is_dir() else row.name for row in rows}
    located = locate(names.values(), images)
    return {name: located[path] for name, path in names.items()}
