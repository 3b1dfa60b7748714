"""Installs Caffe for the tests, as `model-server start --runtime venv` does: python install_caffe.py CACHE

Without a Python 3.9 the tests that need it are skipped; CI does not let that pass.
"""

import os
import sys
from pathlib import Path

os.environ["XAESTHETIC_CACHE"] = str(Path(sys.argv[1]).absolute())

from xaesthetic.core.errors import ServerError
from xaesthetic.models.serving.environment import find_python, has_environment, make_environment

try:
    if not has_environment():
        make_environment(find_python(None))
except ServerError as error:
    print(f"no tests with Caffe itself: {error}")
    sys.exit(bool(os.environ.get("CI")))
