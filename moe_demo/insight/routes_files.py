"""Routes of other models, from files that others write; and ours in the same forms.

    routes = read_routes(data, "answer.json")          vLLM's answer, or traces of moe-routing-atlas
    vllm_answer(trace), atlas_trace(trace)             ours, as such files

vLLM, started with --enable-return-routed-experts, answers with `routed_experts` in each choice and, up to version 0.21,
with `prompt_routed_experts` beside the choices: whole numbers of shape (words, MoE layers, chosen experts), as nested
lists or as a .npy in base64. It does not say how many experts there are: `n_routed` does, else the largest number seen.

moe-routing-atlas writes one trace a line: `num_layers`, `num_experts`, `top_k`, `token_strs`, and `activations` of
{"layer", "token_idx", "expert_idx", "gate_weight"}. A file is checked against this before anything is made of it.

Letters: T words of all sequences, L MoE layers, K chosen, E routed experts, B sequences.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from moe_demo.insight.routes_arrays import (
    MAX_CELLS,
    MAX_CHOSEN,
    MAX_EXPERTS,
    MAX_LAYERS,
    MAX_ROUTES,
    of_lists,
    of_npy,
    require_experts_taken,
    require_shape,
)
from moe_demo.insight.routes_errors import RoutesError
from moe_demo.runs.checking import parsed

Array = np.ndarray[Any, Any]
Source = Literal["vllm", "moe_atlas"]

MAX_BYTES = 20_000_000
MAX_NAME_CHARS = 200
_LARGEST_GATE = float(np.finfo(np.float32).max)
_OURS = "moe_demo"


@dataclass(frozen=True, kw_only=True, eq=False)
class Routes:
    """Who every word of some texts went to, in a model of anybody's."""

    source: Source
    model: str
    is_ours: bool
    """Whether the file says that this program wrote it."""
    n_routed: int
    experts_LTK: Array
    """In 16 bits each, as long as a visit keeps them."""
    gates_LTK: Array | None
    """None where the form has none."""
    tokens: tuple[str, ...]
    """Empty texts where the form has none."""
    lengths_B: tuple[int, ...]
    """Words of each sequence."""

    @property
    def n_layers(self) -> int:
        """MoE layers."""
        return len(self.experts_LTK)

    @property
    def n_tokens(self) -> int:
        """Words."""
        return int(self.experts_LTK.shape[1])

    @property
    def top_k(self) -> int:
        """Experts of each word."""
        return int(self.experts_LTK.shape[2])


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One sequence."""

    model: str
    n_routed: int | None
    experts_TLK: Array
    gates_TLK: Array | None
    tokens: tuple[str, ...]
    is_ours: bool


def read_routes(data: bytes, file: str, n_routed: int | None = None) -> Routes:
    """The routes in a file; `n_routed` is the number of experts where the file does not say it. Raises RoutesError."""
    if len(data) > MAX_BYTES:
        raise RoutesError("too_large", file=file, limit=MAX_BYTES // 1_000_000)
    entries = list(_records(data, file))
    if not entries:
        raise RoutesError("no_routes", file=file)
    kinds = {_kind(entry, file) for entry in entries}
    if len(kinds) > 1:
        raise RoutesError("mixed", file=file)
    [source] = kinds
    found: list[_Entry] = []
    n_routes = 0
    for number, record in enumerate(entries, start=1):
        of_record = _of_vllm(record, file, number) if source == "vllm" else [_of_atlas(record, file, number)]
        found += of_record
        n_routes += sum(one.experts_TLK.size for one in of_record)
        if n_routes > MAX_ROUTES:
            raise RoutesError("too_many", file=file, limit=MAX_ROUTES)
    return _joined(found, source, file, n_routed)


def _records(data: bytes, file: str) -> Iterator[Mapping[str, Any]]:
    """The JSON objects of a file: one for the whole file, or one a line."""
    text = data.decode("utf-8-sig", "replace")
    if not text.strip():
        raise RoutesError("empty", file=file)
    try:
        whole = parsed(text)
    except ValueError:
        whole = None
    if whole is not None:
        yield from (_object(one, file, 1) for one in (whole if isinstance(whole, list) else [whole]))
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield _object(parsed(line), file, number)
            except ValueError as error:
                if isinstance(error, RoutesError):
                    raise
                raise RoutesError("not_json", file=file, line=number) from None


def _object(value: Any, file: str, line: int) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RoutesError("not_json", file=file, line=line)
    return value


def _kind(record: Mapping[str, Any], file: str) -> Source:
    if "activations" in record:
        return "moe_atlas"
    if "choices" in record or "routed_experts" in record or "prompt_routed_experts" in record:
        return "vllm"
    raise RoutesError("no_routes", file=file)


# -- vLLM ----------------------------------------------------------------------------------------------------------


def _of_vllm(record: Mapping[str, Any], file: str, entry: int) -> list[_Entry]:
    """One sequence a choice; the prompt's routes, where they stand apart, are the first's beginning."""
    choices = record.get("choices", [record])
    if not isinstance(choices, list) or not all(isinstance(one, dict) for one in choices):
        raise RoutesError("field", file=file, entry=entry, field="choices")
    prompt = _array(record.get("prompt_routed_experts"), file, entry, "prompt_routed_experts")
    ours = record.get(_OURS)
    about = ours if isinstance(ours, dict) else {}
    found = []
    for place, choice in enumerate(choices):
        message = choice.get("message")
        inner = message if isinstance(message, dict) else {}
        routed = choice.get("routed_experts", inner.get("routed_experts"))
        parts = [prompt if place == 0 else None, _array(routed, file, entry, "routed_experts")]
        there = [one for one in parts if one is not None and len(one)]
        if not there:
            continue
        if len({one.shape[1:] for one in there}) > 1:
            raise RoutesError("ragged", file=file, entry=entry)
        experts_TLK = np.concatenate(there)
        words = about.get("tokens", [])
        tokens = (
            tuple(map(_said, words)) if isinstance(words, list) and len(words) == len(experts_TLK) else ()
        )
        n_routed = about.get("n_routed_experts")
        found.append(
            _Entry(
                model=_said(record.get("model", "")),
                n_routed=n_routed if _is_whole(n_routed, MAX_EXPERTS) else None,
                experts_TLK=experts_TLK,
                gates_TLK=None,
                tokens=tokens or ("",) * len(experts_TLK),
                is_ours=bool(about),
            )
        )
    if not found:
        raise RoutesError("no_routes", file=file)
    return found


def _array(value: Any, file: str, entry: int, name: str) -> Array | None:
    """Whole numbers of shape (T, L, K), from lists or from a .npy in base64; None for none."""
    if value is None or value == []:
        return None
    named: dict[str, Any] = {"file": file, "entry": entry}
    if isinstance(value, str):
        found = of_npy(value, **named, field=name)
    elif isinstance(value, list):
        found = of_lists(value, **named, field=name)
    else:
        raise RoutesError("encoding", **named, field=name)
    if len(found):
        require_experts_taken(found, **named)
    return found.astype(np.int64)


# -- moe-routing-atlas ---------------------------------------------------------------------------------------------


def _of_atlas(record: Mapping[str, Any], file: str, entry: int) -> _Entry:
    """One trace: every word has its K experts in every layer, or it is refused."""
    named: dict[str, Any] = {"file": file, "entry": entry}
    n_layers, n_routed, top_k = (
        _whole(record, name, most, **named)
        for name, most in (("num_layers", MAX_LAYERS), ("num_experts", MAX_EXPERTS), ("top_k", MAX_CHOSEN))
    )
    activations, words = record["activations"], record.get("token_strs", [])
    if not isinstance(activations, list) or len(activations) > MAX_ROUTES:
        raise RoutesError("field", **named, field="activations")
    if not isinstance(words, list):
        raise RoutesError("field", **named, field="token_strs")
    rows = np.array(
        [
            [_index(one, name, **named) for name in ("layer", "token_idx", "expert_idx")]
            for one in activations
        ],
        dtype=np.int64,
    ).reshape(-1, 3)
    gates = np.array([_gate(one, **named) for one in activations])
    if len(rows) and rows[:, 0].max() >= n_layers:
        raise RoutesError("beyond_layer", **named, layer=int(rows[:, 0].max()), n_layers=n_layers)
    ids = record.get("token_ids")
    counted = [len(one) for one in (words, ids) if isinstance(one, list)]
    n_tokens = max([*counted, int(rows[:, 1].max(initial=-1)) + 1])
    require_shape(n_tokens, n_layers, top_k, **named)
    place = rows[:, 1] * n_layers + rows[:, 0]
    count_TL = np.bincount(place, minlength=n_tokens * n_layers).reshape(n_tokens, n_layers)
    _require_whole(count_TL, top_k, **named)
    order = np.argsort(place, kind="stable")
    shape = (n_tokens, n_layers, top_k)
    tokens = tuple(map(_said, words)) if len(words) == n_tokens else ("",) * n_tokens
    return _Entry(
        model=_said(record.get("model_id", "")),
        n_routed=n_routed,
        experts_TLK=rows[order, 2].reshape(shape),
        gates_TLK=gates[order].reshape(shape),
        tokens=tokens,
        is_ours=str(record.get("model_class", "")) == _OURS,
    )


def _require_whole(count_TL: Array, top_k: int, **named: Any) -> None:
    """Raise RoutesError where a layer has no routes at all, or a word too few or too many."""
    empty = np.flatnonzero(count_TL.sum(0) == 0)
    if len(empty):
        raise RoutesError("layers", **named, n_layers=count_TL.shape[1], layer=int(empty[0]))
    wrong = np.argwhere(count_TL != top_k)
    if len(wrong):
        token, layer = (int(one) for one in wrong[0])
        found = int(count_TL[token, layer])
        raise RoutesError("incomplete", **named, token=token, layer=layer, found=found, top_k=top_k)


def _whole(record: Mapping[str, Any], name: str, most: int, **named: Any) -> int:
    value = record.get(name)
    if not _is_whole(value, most):
        raise RoutesError("field", **named, field=name)
    return int(value)  # type: ignore[arg-type]  # it is whole


def _index(activation: Any, name: str, **named: Any) -> int:
    value = activation.get(name) if isinstance(activation, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise RoutesError("field", **named, field=name)
    return value


def _gate(activation: Mapping[str, Any], **named: Any) -> float:
    value = activation.get("gate_weight")
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= _LARGEST_GATE:
        raise RoutesError("field", **named, field="gate_weight")
    return float(value)


def _said(value: object) -> str:
    """A name or a word as a page can show it: a lone surrogate has no bytes."""
    text = value if isinstance(value, str) else str(value)[:MAX_NAME_CHARS]
    return text[:MAX_NAME_CHARS].encode("utf-8", "replace").decode()


def _is_whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


# -- both ----------------------------------------------------------------------------------------------------------


def _joined(found: Sequence[_Entry], source: Source, file: str, n_routed: int | None) -> Routes:
    """All sequences as one, where they are of one model and every expert is there."""
    first = found[0]
    for number, one in enumerate(found, start=1):
        if one.experts_TLK.shape[1:] != first.experts_TLK.shape[1:] or one.n_routed != first.n_routed:
            raise RoutesError("other_model", file=file, entry=number)
    largest = max(int(one.experts_TLK.max(initial=0)) for one in found)
    counted = first.n_routed or n_routed or largest + 1
    n_layers = first.experts_TLK.shape[1]
    if n_layers * counted > MAX_CELLS:
        raise RoutesError("wide", file=file, n_layers=n_layers, n_routed=counted, limit=MAX_CELLS)
    for number, one in enumerate(found, start=1):
        _require_experts(one.experts_TLK, counted, file, number)
    gates = [one.gates_TLK for one in found if one.gates_TLK is not None]
    return Routes(
        source=source,
        model=first.model,
        is_ours=all(one.is_ours for one in found),
        n_routed=counted,
        experts_LTK=np.concatenate([one.experts_TLK for one in found]).transpose(1, 0, 2).astype(np.int16),
        gates_LTK=np.concatenate(gates).transpose(1, 0, 2).astype(np.float32) if gates else None,
        tokens=tuple(word for one in found for word in one.tokens),
        lengths_B=tuple(len(one.experts_TLK) for one in found),
    )


def _require_experts(experts_TLK: Array, n_routed: int, file: str, entry: int) -> None:
    named: dict[str, Any] = {"file": file, "entry": entry}
    below = np.argwhere(experts_TLK < 0)
    if len(below):
        raise RoutesError("below", **named, layer=int(below[0][1]))
    beyond = np.argwhere(experts_TLK >= n_routed)
    if len(beyond):
        expert = int(experts_TLK[tuple(beyond[0])])
        raise RoutesError("count", **named, expert=expert, layer=int(beyond[0][1]), n_routed=n_routed)
    repeated = np.argwhere(np.diff(np.sort(experts_TLK, axis=-1), axis=-1) == 0)
    if len(repeated):
        raise RoutesError("repeated", **named, layer=int(repeated[0][1]))


# -- ours ----------------------------------------------------------------------------------------------------------


def vllm_answer(model: str, n_routed: int, tokens: Sequence[str], experts_LTK: Array) -> bytes:
    """Routes as vLLM answers with them; beside its fields stands what it does not say, under our name."""
    answer = {
        "object": "text_completion",
        "model": model,
        "choices": [
            {"index": 0, "text": "", "routed_experts": np.transpose(experts_LTK, (1, 0, 2)).tolist()}
        ],
        _OURS: {"n_routed_experts": n_routed, "tokens": list(tokens)},
    }
    return (json.dumps(answer, ensure_ascii=False) + "\n").encode()


def atlas_trace(
    model: str, n_routed: int, text: str, tokens: Sequence[str], experts_LTK: Array, gates_LTK: Array
) -> bytes:
    """Routes as one line of moe-routing-atlas."""
    n_layers, n_tokens, top_k = experts_LTK.shape
    trace = {
        "model_id": model,
        "model_class": _OURS,
        "num_layers": n_layers,
        "num_experts": n_routed,
        "top_k": top_k,
        "text": text,
        "token_ids": list(range(n_tokens)),
        "token_strs": list(tokens),
        "activations": [
            {
                "layer": layer,
                "token_idx": token,
                "expert_idx": int(experts_LTK[layer, token, k]),
                "gate_weight": float(gates_LTK[layer, token, k]),
            }
            for layer, token, k in np.ndindex(n_layers, n_tokens, top_k)
        ],
    }
    return (json.dumps(trace, ensure_ascii=False) + "\n").encode()
