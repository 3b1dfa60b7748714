"""What is sent to workers: functions by what they close over, and models in them."""

import io
import weakref
from collections import ChainMap
from typing import Any

from xaesthetic.core.errors import EngineError
from xaesthetic.core.plugins import one_line


def pack(ray: Any, thing: object) -> bytes:
    """Pickle anything, functions that no module holds too; weak references become such again.

    Raises
    ------
    EngineError
        If something in it cannot be sent: a lock, an open file or connection.
    """
    base: Any = ray.cloudpickle.CloudPickler
    weak = {weakref.ReferenceType: lambda reference: (weakref.ref, (reference(),))}
    pickler = type("Pickler", (base,), {"dispatch_table": ChainMap(weak, base.dispatch_table)})
    file = io.BytesIO()
    try:
        pickler(file, protocol=5).dump(thing)
    except Exception as error:  # whatever a model of anybody's raises where it is pickled
        raise EngineError(f"ray: the work cannot be sent to workers ({one_line(error)}); use --engine local.") from error
    return file.getvalue()
