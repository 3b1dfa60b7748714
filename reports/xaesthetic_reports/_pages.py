"""Pages out of the templates in `_html`: text is escaped, and only the style and script that they came with may run."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rcssmin
import rjsmin

from xaesthetic_reports._bundle import bundle

_SOURCES = Path(__file__).parent / "_html"


def page_style(*names: str) -> str:
    """Style sheets beside the templates as one, without what only their authors read."""
    text: str = rcssmin.cssmin("".join((_SOURCES / name).read_text(encoding="utf-8") for name in names))
    return text


def page_script(*entries: str) -> str:
    """Modules beside the templates with all that they import, as one script, without what only its authors read.

    In the sources statements end with semicolons and no template stands within a template: rjsmin takes that for granted.
    """
    text: str = rjsmin.jsmin(bundle(*(_SOURCES / entry for entry in entries)))
    return text


def render(template: str, values: Mapping[str, Any]) -> str:
    """A template with its values; one that is not given is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    files = FileSystemLoader(_SOURCES, encoding="utf-8")
    jinja = Environment(loader=files, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return jinja.get_template(template).render(values)


def policy_hash(text: str) -> str:
    """As a content security policy names what may run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
