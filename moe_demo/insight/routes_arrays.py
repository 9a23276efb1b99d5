"""The arrays of a file of routes: how large they may be, checked before anything is made of them.

Letters: T words, L MoE layers, K chosen, E routed experts.
"""

from __future__ import annotations

import base64
import io
import math
from typing import Any

import numpy as np

from moe_demo.insight.routes_errors import RoutesError

Array = np.ndarray[Any, Any]
MAX_ROUTES = 5_000_000
MAX_EXPERTS, MAX_LAYERS, MAX_CHOSEN = 4096, 1024, 64
MAX_CELLS = 100_000
"""Layers x experts: the map and the table of loads have a cell for each."""


def of_lists(value: list[Any], *, file: str, entry: int, field: str) -> Array:
    """Nested lists as (T, L, K). Raises RoutesError.

    NumPy would make a text of every number beside a long text: so nothing is given to it but whole numbers.
    """
    named: dict[str, Any] = {"file": file, "entry": entry}
    if not all(isinstance(of_word, list) and of_word for of_word in value):
        raise RoutesError("encoding", **named, field=field)
    layers = [of_layer for of_word in value for of_layer in of_word]
    if not all(isinstance(of_layer, list) and of_layer for of_layer in layers):
        raise RoutesError("encoding", **named, field=field)
    if len({len(of_word) for of_word in value}) > 1 or len({len(of_layer) for of_layer in layers}) > 1:
        raise RoutesError("ragged", **named)
    shape = (len(value), len(value[0]), len(layers[0]))
    require_shape(*shape, **named)
    numbers = [number for of_layer in layers for number in of_layer]
    if not all(type(number) is int for number in numbers):
        raise RoutesError("encoding", **named, field=field)
    least, most = -1, MAX_EXPERTS  # what lies beyond is refused all the same, and fits into 64 bits
    return np.array([min(max(number, least), most) for number in numbers], dtype=np.int64).reshape(shape)


def of_npy(value: str, *, file: str, entry: int, field: str) -> Array:
    """A .npy in base64 as (T, L, K). Raises RoutesError.

    Never a pickle, and no room for what its head only claims: there are as many bytes as it says, or it is none.
    """
    try:
        raw = io.BytesIO(base64.b64decode(value, validate=True))
        version = np.lib.format.read_magic(raw)
        heads = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }
        shape, fortran, dtype = heads[version](raw)
        content = raw.read()
    except Exception:  # noqa: BLE001  NumPy reads the head as Python: a strange one ends in any error of the parser
        raise RoutesError("encoding", file=file, entry=entry, field=field) from None
    is_of_whole = dtype.kind in "iu" and len(shape) == 3 and min(shape) >= 0 and 0 not in shape[1:]
    if not is_of_whole or math.prod(shape) * dtype.itemsize > len(content):
        raise RoutesError("encoding", file=file, entry=entry, field=field)
    require_shape(*shape, file=file, entry=entry)
    flat = np.frombuffer(content, dtype, count=math.prod(shape))
    return flat.reshape(shape, order="F" if fortran else "C")


def require_shape(n_words: int, n_layers: int, top_k: int, *, file: str, entry: int) -> None:
    """Raise RoutesError where so many layers, chosen experts or routes are not taken: before there is room for them."""
    if n_layers > MAX_LAYERS:
        raise RoutesError("many_layers", file=file, entry=entry, found=n_layers, limit=MAX_LAYERS)
    if top_k > MAX_CHOSEN:
        raise RoutesError("many_chosen", file=file, entry=entry, found=top_k, limit=MAX_CHOSEN)
    if n_words * n_layers * top_k > MAX_ROUTES:
        raise RoutesError("too_many", file=file, limit=MAX_ROUTES)


def require_experts_taken(experts_TLK: Array, *, file: str, entry: int) -> None:
    """Raise RoutesError for an expert that no model of the size taken here has."""
    if experts_TLK.max() >= MAX_EXPERTS:
        layer = int(np.argmax(experts_TLK.max(axis=(0, 2)) >= MAX_EXPERTS))
        raise RoutesError("many_experts", file=file, entry=entry, layer=layer, limit=MAX_EXPERTS)
