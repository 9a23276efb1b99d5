"""Where the scripts of the app lie: `app.py`, the folder `pages`, and `.streamlit` with its settings.

In a checkout they stand beside the package. An installed package brings them as data of its environment, since scripts
that a server runs are no modules.
"""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path

PACKAGE = "moe-demo"


@cache
def app_folder() -> Path:
    """The folder that holds app.py. Raises FileNotFoundError where the package came without it."""
    checkout = Path(__file__).parents[1]
    if (checkout / "app.py").exists() and (checkout / "pages").is_dir():
        return checkout
    scripts = [file for file in metadata.files(PACKAGE) or () if file.name == "app.py"]
    if not scripts:
        raise FileNotFoundError(f"{PACKAGE} was installed without app.py.")
    return Path(str(scripts[0].locate())).resolve().parent
