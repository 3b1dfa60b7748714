"""The application: all addresses, behind the guard."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from xaesthetic.annotate.database import CONNECTIONS
from xaesthetic.annotate.server import admin, results, sessions, work
from xaesthetic.annotate.server.answers import Refusal, answer_error
from xaesthetic.annotate.server.guard import Guard
from xaesthetic.annotate.server.pages import PageFile, read_pages, routes
from xaesthetic.annotate.server.service import Service
from xaesthetic.core.errors import XaestheticError

ENDPOINTS = (*sessions.ENDPOINTS, *work.ENDPOINTS, *results.ENDPOINTS, *admin.ENDPOINTS)
"""All that is not a file of the page."""


def application(service: Service, pages: Mapping[str, PageFile] | None = None) -> ASGIApp:
    """Put the application together.

    Parameters
    ----------
    service
        The study that is served.
    pages
        The files of the page; those of the package where None.
    """
    files = read_pages() if pages is None else pages
    app = Starlette(
        routes=[*routes(files), *(endpoint.route() for endpoint in ENDPOINTS)],
        exception_handlers=dict.fromkeys((Refusal, XaestheticError, HTTPException, Exception), answer_error),
        lifespan=_threads,
    )
    app.router.redirect_slashes = False
    app.state.service = service
    return Guard(app, service.addresses, service.log)


@asynccontextmanager
async def _threads(app: Starlette) -> AsyncIterator[None]:
    """Have as many threads as there are connections to the database: none waits for one."""
    del app
    anyio.to_thread.current_default_thread_limiter().total_tokens = CONNECTIONS
    yield
