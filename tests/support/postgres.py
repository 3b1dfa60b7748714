"""Databases to test a store on: SQLite, and a PostgreSQL of this session's own, on a Unix socket in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest

USERS = ("postgres", "nobody")
"""Whom the server runs as where the tests run as root, which it refuses."""


def programs():
    """The folder of PostgreSQL's programs, the newest; None where there is none."""
    folders = [file.parent for file in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    known = shutil.which("initdb")
    return max(folders, key=lambda folder: int(folder.parent.name), default=known and Path(known).parent)


def missing(reason):
    """Fail where everything has to be there, skip elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class Server:
    """A server that is initialised and started by the tests, and gone afterwards."""

    def __init__(self, folder, bin_folder, fsync="off"):
        self.folder, self.bin = folder, bin_folder
        self.user = (
            next(name for name in USERS if name in {entry.pw_name for entry in pwd.getpwall()}) if os.geteuid() == 0 else ""
        )
        if self.user:
            shutil.chown(folder, self.user)
        self.run("initdb", "-D", folder / "data", "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=60 -c fsync={fsync}"
        self.run("pg_ctl", "-D", folder / "data", "-w", "-t", "60", "-l", folder / "log", "-o", options, "start")

    def run(self, program, *arguments):
        command = [str(self.bin / program), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.folder, user=self.user or None, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")

    def url(self, name):
        return f"postgresql://tests@/{name}?host={self.folder}"

    def new(self):
        name = f"t{uuid.uuid4().hex[:12]}"
        self.run("createdb", "-h", self.folder, "-U", "tests", name)
        return name

    def drop(self, name):
        self.run("dropdb", "-h", self.folder, "-U", "tests", "--force", name)

    def stop(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL of this session's own."""
    folder = programs()
    if folder is None:
        missing("PostgreSQL is not installed: apt-get install postgresql")
    pytest.importorskip("psycopg")
    place = Path(tempfile.mkdtemp(prefix="xp", dir="/tmp"))  # a socket's path is short, and that user may enter it
    try:
        server = Server(place, folder)
        yield server
        server.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server):
    """The URL of an empty database."""
    name = postgres_server.new()
    yield postgres_server.url(name)
    for _ in range(3):
        try:
            return postgres_server.drop(name)
        except RuntimeError:
            time.sleep(0.1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request, tmp_path):
    """The URL of an empty database, of both kinds."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres")
    return f"sqlite:///{tmp_path / 'store.sqlite'}"
