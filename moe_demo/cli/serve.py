"""`serve`: the app, from an installed package too."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys

from moe_demo.app_folder import app_folder
from moe_demo.runs.catalogue import RUNS_VARIABLE, local_folder
from moe_demo.runs.owners import OPERATOR_VARIABLE


def serve(args: argparse.Namespace) -> int:
    """Become the server, so that a signal reaches it; runs are kept in the folder this was called in.

    Returns only on Windows, where another program would but be started beside this one, and waited for by nobody.
    """
    _expect_free(args.address, args.port)
    folder = app_folder()
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "app.py"), "--server.headless", "true"]
    command += ["--server.port", str(args.port), "--server.address", args.address]
    command += ["--server.baseUrlPath", args.base_path.strip("/")]
    os.environ[RUNS_VARIABLE] = str(local_folder().resolve())
    if args.operator:
        os.environ[OPERATOR_VARIABLE] = args.operator
    os.chdir(folder)  # Streamlit reads the settings of the folder it is started in
    if os.name != "nt":
        os.execv(sys.executable, command)
    return subprocess.call(command)


def _expect_free(address: str, port: int) -> None:
    """Raises OSError, which names the place, where nobody can listen there."""
    try:
        with socket.create_server((address, port)):
            pass
    except OSError as error:
        why = str(error.strerror).partition(" (while")[0]  # Python tells of the address once more
        raise OSError(error.errno, why, f"{address}, port {port}") from error
