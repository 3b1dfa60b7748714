"""Coverage looks away while matplotlib writes a file: none of that is ours, and tracing it takes as long again."""

import functools
import sys

import pytest


def untraced(function):
    """The function without the tracer that is on when it is called."""

    @functools.wraps(function)
    def call(*given, **named):
        tracer = sys.gettrace()
        sys.settrace(None)
        try:
            return function(*given, **named)
        finally:
            sys.settrace(tracer)

    return call


@pytest.fixture(autouse=True, scope="session")
def drawing_untraced():
    if sys.gettrace() is None:
        yield
        return
    from matplotlib.figure import Figure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", untraced(Figure.savefig))
        yield
