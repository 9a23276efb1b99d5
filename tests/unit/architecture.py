"""The rules of the house as functions over source text, so that a test can feed them a breach.

A *part* is a module or folder directly under moe_demo, a page (`pages`), or the entry script (`app`).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 45

_RECORDS = (
    "app_folder errors limits rules config presets routers published text model runs training jobs insight cluster"
    " releases"
)

# One direction: text, config -> model -> cluster, runs -> training, jobs -> insight -> releases, figures -> ui
# -> pages.
# The longest name that fits a module decides.
MAY_IMPORT = {
    "errors": "",
    "app_folder": "",
    "limits": "",
    "rules": "errors limits",
    "config": "errors limits rules",
    "presets": "config",
    "routers": "config",
    "published": "errors config",
    "text": "errors config",
    "model": "errors rules config text",
    "cluster": "errors config published",
    "cluster.expert_parallel": "errors config published model cluster",  # the one that runs experts for real
    "runs": "errors config text model",
    "training": "errors config text model runs cluster",
    "jobs": "errors limits config text runs",
    "insight": "errors limits config text model runs training cluster",
    "releases": "errors rules config presets routers text model runs training insight cluster",
    "figures": "errors config published text runs insight cluster",
    "ui": f"{_RECORDS} figures __init__",
    "pages": f"{_RECORDS} figures ui __init__",
    "app": f"{_RECORDS} figures ui __init__",
    "__init__": _RECORDS,
    "__main__": f"{_RECORDS} cli __init__",
    "cli": f"{_RECORDS} __init__",
}

# What a page's room in ui may import of ui, beside itself: never another room.
SHARED_ROOMS = ("kit", "frame", "server")
# The table of the pages names the settings of each of them.
PAGE_TABLE = "ui.frame.pages"

# What makes the words and numbers of pictures is tested without a page: it may speak (kit.i18n), but draws nothing.
NO_PAGE_LIBRARY = re.compile(r"ui\.(\w+\.data\w*|kit\.(words|looks|tables))")

# Libraries that stay out, whoever asks. No page library below ui, except that figures may draw.
MUST_NOT_IMPORT = {
    "errors": "torch streamlit plotly pandas",
    "app_folder": "torch streamlit plotly pandas",
    "limits": "torch streamlit plotly pandas",
    "rules": "torch streamlit plotly pandas",
    "config": "torch streamlit plotly pandas",
    "presets": "torch streamlit plotly pandas",
    "routers": "torch streamlit plotly pandas",
    "published": "torch streamlit plotly pandas",
    "text": "streamlit plotly",
    "model": "streamlit plotly pandas",
    "runs": "streamlit plotly",
    "training": "streamlit plotly",
    "jobs": "torch streamlit plotly",
    "insight": "streamlit plotly",
    "cluster": "torch streamlit plotly pandas",
    "cluster.expert_parallel": "streamlit plotly pandas",
    "releases": "streamlit plotly",
    "figures": "torch streamlit",
    "ui": "",
    "pages": "torch plotly",
    "app": "torch plotly",
    "__init__": "streamlit plotly",
    "__main__": "streamlit plotly",
    "cli": "streamlit plotly",
}

# What people see comes from records, so nothing there may draw a number from the air.
NO_RANDOM = ("figures", "ui", "pages", "app")


def module_name(path: Path) -> str:
    """`model.router` for moe_demo/model/router.py, `pages.start` for pages/start.py, `app` for app.py."""
    parts = list(path.with_suffix("").parts)
    if parts[0] == "moe_demo":
        parts = parts[1:]
        if len(parts) > 1 and parts[-1] == "__init__":
            parts = parts[:-1]
    return ".".join(parts)


def imports(source: str, module: str) -> Iterator[str]:
    """Dotted names of everything a source imports, at any depth; relative ones resolved."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module)
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called_name(node) in ("import_module", "__import__"):
            yield from (
                a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str)
            )


def import_breaches(source: str, path: Path) -> list[str]:
    """Every import that goes against the direction or brings a library where it has no place."""
    module = module_name(path)
    part = _rule_of(module)
    if part is None:
        return [f"{path}: say in MAY_IMPORT of tests/unit/architecture.py where '{module}' stands"]
    allowed, banned = MAY_IMPORT[part].split(), MUST_NOT_IMPORT[part].split()
    banned += ["streamlit"] if NO_PAGE_LIBRARY.fullmatch(module) else []
    breaches = []
    for name in sorted(set(imports(source, module))):
        top = name.split(".")[0]
        target = _part_of_import(name)
        own = module.split(".")[0]
        if top in banned:
            breaches.append(f"{path}: {module if part == 'ui' else part} must not import {top}")
        elif target is not None and target != own and target not in allowed:
            breaches.append(f"{path}: {part} must not import {target} ({name})")
        elif target == own == "pages":
            breaches.append(f"{path}: a page must not import another page ({name})")
        elif target == own == "ui" and not _stays_in_its_room(name, module):
            breaches.append(f"{path}: a room must not import another room ({name})")
    return sorted(set(breaches))


def _stays_in_its_room(name: str, module: str) -> bool:
    """Whether an import inside ui is of the module's own room or of one that all rooms share."""
    room, others = module.split(".")[1:2], name.split(".")[2:3]
    is_row = module == PAGE_TABLE and name.split(".")[3:4] == ["settings"]
    return room == others or not others or others[0] in SHARED_ROOMS or is_row


def random_breaches(source: str, path: Path) -> list[str]:
    """Every use of a random source in code that shows things."""
    module = module_name(path)
    if module.split(".")[0] not in NO_RANDOM:
        return []
    names = set(imports(source, module))
    names |= {ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
    wrong = re.compile(
        r"^(random|secrets)(\.|$)|^(np|numpy)\.random\b|^torch\.(rand|normal|bernoulli|multinomial)"
    )
    return sorted(f"{path}: shows a random number ({name})" for name in names if wrong.match(name))


def length_breaches(source: str, path: Path) -> list[str]:
    """The file and the functions of it that are longer than a reader can hold."""
    n_lines = source.count("\n") + 1
    breaches = [f"{path}: {n_lines} lines, at most {MAX_FILE_LINES}"] if n_lines > MAX_FILE_LINES else []
    if path.suffix != ".py":
        return breaches
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            n_lines = node.end_lineno - node.lineno + 1
            if n_lines > MAX_FUNCTION_LINES:
                breaches.append(
                    f"{path}:{node.lineno}: {node.name} has {n_lines} lines, at most {MAX_FUNCTION_LINES}"
                )
    return breaches


def address_breaches(text: str, path: Path, allowed_hosts: tuple[str, ...]) -> list[str]:
    """Every address of another host, protocol-relative ones included."""
    hosts = re.findall(r"""(?:https?:|["'(=]\s*)//([A-Za-z0-9.-]+\.[A-Za-z]{2,})""", text)
    return sorted({f"{path}: names the host {host}" for host in hosts if host not in allowed_hosts})


def machine_path_breaches(text: str, path: Path, root: Path = ROOT) -> list[str]:
    """Every path that exists on one person's machine only."""
    personal = r"""(?<![\w.])(/home/|/Users/|/root/|[A-Z]:\\Users\\)\w+"""
    found = [match.group() for match in re.finditer(personal, text)]
    found += [str(root)] if len(root.parts) > 2 and str(root) in text else []
    return sorted({f"{path}: names a path of one machine ({name})" for name in found})


def _absolute(node: ast.ImportFrom, module: str) -> str:
    if node.level == 0:
        return node.module or ""
    package = ["moe_demo", *module.split(".")]
    is_package = (ROOT.joinpath(*package) / "__init__.py").is_file()
    keep = len(package) - node.level + (1 if is_package else 0)
    return ".".join([*package[:keep], *([node.module] if node.module else [])])


def _called_name(node: ast.Call) -> str:
    return ast.unparse(node.func).split(".")[-1]


def _rule_of(module: str) -> str | None:
    names = module.split(".")
    for n_names in range(len(names), 0, -1):
        name = ".".join(names[:n_names])
        if name in MAY_IMPORT:
            return name
    return None


def _part_of_import(name: str) -> str | None:
    """The part of ours that a dotted name belongs to; None for a library."""
    names = name.split(".")
    if names[0] in ("pages", "app"):
        return names[0]
    if names[0] != "moe_demo":
        return None
    is_part = len(names) > 1 and (names[1] in MAY_IMPORT or (ROOT / "moe_demo" / names[1]).is_dir())
    return names[1] if is_part else "__init__"
