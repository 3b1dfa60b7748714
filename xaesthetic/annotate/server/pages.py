"""The page's files: read once, when the server starts, and served from memory by their names."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parents[1] / "page"
_KINDS: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
SHELLS: Mapping[str, str] = {"/": "index.html", "/admin": "admin.html"}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file."""

    content: bytes
    kind: str
    tag: str
    """What tells this content from another."""


def read_pages(folder: Path = FOLDER) -> Mapping[str, PageFile]:
    """Read all files of the page, by name."""
    if not folder.is_dir():
        return {}
    return {file.name: _read(file) for file in sorted(folder.iterdir()) if file.suffix in _KINDS and file.is_file()}


def _read(file: Path) -> PageFile:
    content = file.read_bytes()
    return PageFile(content, _KINDS[file.suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def routes(pages: Mapping[str, PageFile]) -> list[Route]:
    """Return the addresses of the pages and their files."""

    def answer(request: Request, name: str) -> Response:
        file = pages.get(name)
        if file is None:
            raise HTTPException(404)
        headers = {"Cache-Control": "no-cache", "ETag": file.tag}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        return Response(file.content, headers=headers, media_type=file.kind)

    async def shell(request: Request) -> Response:
        return answer(request, SHELLS[request.url.path])

    async def static(request: Request) -> Response:
        return answer(request, request.path_params["name"])

    return [*(Route(path, shell, methods=["GET"]) for path in SHELLS), Route("/static/{name}", static, methods=["GET"])]
