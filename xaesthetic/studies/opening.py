"""A study's store, for whatever is not its server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xaesthetic.core.extras import need

if TYPE_CHECKING:
    from xaesthetic.annotate.store import Store
    from xaesthetic.annotate.study import Study


@contextmanager
def open_store(folder: Path, database: str = "") -> Iterator[tuple["Study", "Store"]]:
    """Open a study's store, beside a server that may be running.

    Parameters
    ----------
    folder
        The study's.
    database
        The URL with its password; that of the study where empty.

    Raises
    ------
    DataError
        If it is no study, or its database cannot be used.
    PluginError
        If the extra `annotate` is not installed.
    """
    need("sqlalchemy", extra="annotate", purpose="a study of annotations")
    from xaesthetic.annotate.opening import url_of
    from xaesthetic.annotate.store import Store
    from xaesthetic.annotate.study import read_study

    study = read_study(folder)
    store = Store(database or url_of(study, folder))
    try:
        yield study, store
    finally:
        store.close()


def key_file(study: "Study", folder: Path, named: Path | None = None) -> Path:
    """Return where the keys of a study lie: where it is named, or the study says, or in its folder."""
    from xaesthetic.annotate.keys import FILE

    return named or (Path(study.keys) if study.keys else folder / FILE)
