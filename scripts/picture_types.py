"""Write the types of the pictures' data for their JavaScript: `make types`.

Python says in `moe_demo/ui/ROOM/data*.py` what each picture takes: the TypedDict of `ui/router/dot_product.js` is named
RouterDotProductData, after its room and file. Here it becomes `ui/router/dot_product.types.js`, JSDoc only, with every
type that it names; there the picture's own type is always PictureData, so that a script's comment says
`import("./dot_product.types.js").PictureData`. What several scripts need is written once, after its module: the looks
that pictures share to `ui/kit/looks.types.js`, what a browser fetches by itself to `ui/server/wire.types.js`.

    list, Sequence     Array<...>            Literal["a", "b"]     "a"|"b"
    tuple[X, ...]      Array<...>            X | None              X|null
    tuple[X, Y]        [X, Y]                NotRequired[X]        [name], a field that may be missing
    dict[str, X]       Record<string, X>     int, float            number
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import (
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

ROOT = Path(__file__).resolve().parents[1]
UI = ROOT / "moe_demo" / "ui"
SHARED = ("moe_demo.ui.kit.looks", "moe_demo.ui.server.wire", "moe_demo.ui.server.class_wire")
MAIN = "PictureData"

_PLAIN = {str: "string", bool: "boolean", int: "number", float: "number", type(None): "null", Any: "any"}


def picture_types() -> dict[str, type]:
    """The data type of every picture by its path, `router/dot_product`. Raises ValueError for one named after none."""
    found: dict[str, type] = {}
    for file in sorted(UI.glob("*/data*.py")):
        room = file.parent.name
        module = importlib.import_module(f"moe_demo.ui.{room}.{file.stem}")
        for name, kind in vars(module).items():
            is_own = is_typeddict(kind) and (kind.__module__, kind.__name__) == (module.__name__, name)
            if is_own and name.endswith("Data"):
                found[_path_of(name, room)] = kind
    return found


def written() -> dict[Path, str]:
    """Every generated file with its content."""
    files = {}
    for name in SHARED:
        kinds = [kind for kind in vars(importlib.import_module(name)).values() if _is_of(kind, name)]
        files[UI / _shared_file(name)] = _file(kinds, name, "scripts are")
    for path, kind in picture_types().items():
        files[UI / f"{path}.types.js"] = _file(list(_with_inner(kind)), kind.__module__, f"{path}.js is")
    return files


def main() -> None:
    """Write what has changed, and remove what no picture stands for any more."""
    files = written()
    for stale in set(UI.glob("*/*.types.js")) - files.keys():
        stale.unlink()
    for path, content in files.items():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


def _is_of(kind: object, module: str) -> bool:
    return is_typeddict(kind) and getattr(kind, "__module__", "") == module


def _shared_file(module: str) -> str:
    """Below ui: `kit/looks.types.js`."""
    return f"{module.removeprefix('moe_demo.ui.').replace('.', '/')}.types.js"


def _path_of(name: str, room: str) -> str:
    """`router/dot_product` for RouterDotProductData of the room router."""
    words = re.findall("[A-Z][a-z0-9]*", name.removesuffix("Data"))
    path = f"{words[0].lower()}/{'_'.join(words[1:]).lower()}"
    if not (UI / f"{path}.js").is_file() or words[0].lower() != room:
        raise ValueError(f"{name} in the room {room} is named after no picture: there is no ui/{path}.js.")
    return path


def _with_inner(kind: type) -> Iterator[type]:
    """A TypedDict and all that it names, each once, as they are met. Raises ValueError where two have one name."""
    waiting, met = [kind], {kind}
    while waiting:
        yield (one := waiting.pop(0))
        for hint in get_type_hints(one).values():
            for inner in _typed_dicts(hint):
                if inner not in met:
                    if inner.__name__ in {other.__name__ for other in met}:
                        raise ValueError(f"{kind.__name__} names two types {inner.__name__}.")
                    met.add(inner)
                    waiting.append(inner)


def _typed_dicts(hint: Any) -> Iterator[type]:
    if is_typeddict(hint):
        yield hint
    for inner in get_args(hint):
        yield from _typed_dicts(inner)


def _file(kinds: list[type], module: str, for_whom: str) -> str:
    source = f"{module.replace('.', '/')}.py"
    lines = [f"// Written by `make types` from {source}: what {for_whom} given."]
    for kind in kinds:
        lines += ["", *_typedef(kind, is_shared=kind.__module__ in SHARED and kind.__module__ != module)]
    return "\n".join([*lines, "", "export {};", ""])


def _typedef(kind: type, *, is_shared: bool) -> list[str]:
    if is_shared:
        place = f'import("../{_shared_file(kind.__module__)}").{_name(kind)}'
        return [f"/** @typedef {{{place}}} {_name(kind)} */"]
    words = _field_words(kind)
    lines = ["/**", *(f" * {line}".rstrip() for line in (inspect.getdoc(kind) or "").splitlines())]
    lines.append(f" * @typedef {{object}} {_name(kind)}")
    for name, hint in get_type_hints(kind, include_extras=True).items():
        is_optional = get_origin(hint) is NotRequired
        shown = f"[{name}]" if is_optional else name
        lines.append(f" * @property {{{jsdoc(hint)}}} {shown} {words.get(name, '')}".rstrip())
    return [*lines, " */"]


def _field_words(kind: type) -> dict[str, str]:
    """The strings that stand under the fields of a class and its bases, by field."""
    found: dict[str, str] = {}
    node = _classes_of(kind.__module__)[kind.__name__]
    for base in node.bases:
        parent = vars(sys.modules[kind.__module__])[ast.unparse(base)]
        found |= _field_words(parent) if is_typeddict(parent) else {}
    for field, below in pairwise(node.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = below.value if isinstance(below, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[field.target.id] = " ".join(text.value.split())
    return found


@cache
def _classes_of(module: str) -> dict[str, ast.ClassDef]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _name(kind: type) -> str:
    return MAIN if kind.__name__.endswith("Data") else kind.__name__


def jsdoc(hint: Any) -> str:
    """A Python type as JSDoc writes it. Raises TypeError for one that JSON does not know."""
    if is_typeddict(hint):
        return _name(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (NotRequired, Required):
        return jsdoc(inner[0])
    if origin is Literal:
        return "|".join(f'"{value}"' for value in inner)
    if origin in (Union, types.UnionType):
        return "|".join(dict.fromkeys(jsdoc(one) for one in inner))
    if origin in (list, Sequence) or (origin is tuple and inner[1:] == (...,)):
        return f"Array<{jsdoc(inner[0])}>"
    if origin is tuple:
        return f"[{', '.join(jsdoc(one) for one in inner)}]"
    if origin in (dict, Mapping) and inner[0] is str:
        return f"Record<string, {jsdoc(inner[1])}>"
    raise TypeError(f"{hint} has no place in a picture's data: JSON does not know it.")


if __name__ == "__main__":
    main()
