"""The command `scale`: parameters of published models, of ours, or of a config.json, counted line by line."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from moe_demo.cli.ask import dump
from moe_demo.published import (
    MODELS,
    Conventions,
    Count,
    Published,
    PublishedError,
    Shape,
    cost,
    count,
    published_model,
    shape_of,
)
from moe_demo.published.configuration import Configuration, read_configuration_file
from moe_demo.published.count import COMPONENTS
from moe_demo.published.notes import NOTES
from moe_demo.runs.catalogue import RunCatalogue

_WAYS: dict[str, Conventions] = {
    "both tables counted": Conventions(embeddings="both"),
    "head counted, table not": Conventions(embeddings="head"),
    "neither table counted": Conventions(embeddings="none"),
}


def scale(args: argparse.Namespace) -> int:
    """One model, or all published ones in a table."""
    if args.model and args.config:
        raise PublishedError("two_models")
    if args.config:
        record = _of_configuration(args.config)
    elif args.model:
        record = _of_name(args.model)
    else:
        records = [_of_published(model) for model in MODELS.values()]
        print(dump(records) if args.json else _table(records))
        return 0
    print(dump(record) if args.json else _words(record))
    return 0


def _of_name(name: str) -> dict[str, Any]:
    """A published model, or a run of ours."""
    if name in MODELS:
        return _of_published(published_model(name))
    if store := RunCatalogue().find(name):
        return _record(name, shape_of(store.config().model)) | {"source": [f"the settings of the run {name}"]}
    published_model(name)
    raise AssertionError("unreachable")


def _of_published(model: Published) -> dict[str, Any]:
    record = _record(model.name, model.shape, Conventions(embeddings=model.embeddings))
    said = {"total": model.total, "activated": model.activated, "prefill": model.prefill}
    return record | {
        "title": model.title,
        "published": {key: value for key, value in said.items() if value is not None},
        "published_in": str(model.said_in) if model.said_in else None,
        "source": [str(source) for source in model.sources],
        "notes": [NOTES[key] for key in model.notes],
    }


def _of_configuration(path: Path) -> dict[str, Any]:
    found: Configuration = read_configuration_file(path)
    return _record(found.name, found.shape) | {
        "architecture": found.architecture,
        "same_as": found.same_as,
        "source": [str(path)],
        "notes": [NOTES[key] for key in found.notes],
    }


def _record(name: str, shape: Shape, conventions: Conventions | None = None) -> dict[str, Any]:
    found = count(shape, conventions)
    return {
        "model": name,
        "total": found.total,
        "activated": found.activated,
        "routed": found.of("routed")[0],
        "share": found.share,
        "ffn_share": found.ffn_share,
        "conventions": asdict(found.conventions),
        "counted_otherwise": _otherwise(shape),
        "experts": {
            "routed": shape.routed,
            "shared": shape.shared,
            "top_k": shape.top_k,
            "each": shape.expert,
        },
        "layers": {"all": shape.layers, "with_experts": shape.moe_layers},
        "parts": {part: list(found.of(part)) for part in COMPONENTS if any(found.of(part))},
        "lines": [{**asdict(line), "total": line.total, "activated": line.activated} for line in found.lines],
        "cost": asdict(cost(shape)),
    }


def _otherwise(shape: Shape) -> dict[str, dict[str, int]]:
    """The totals and activated numbers of every other way of counting that this model has."""
    ways = dict(_WAYS)
    if shape.mtp:
        ways["with the MTP module"] = Conventions(mtp=True)
    if shape.engram:
        ways["with Engram's tables"] = Conventions(tables=True)
    if shape.encoder_layers:
        ways["a token of the prompt"] = Conventions(phase="prefill")
    if shape.latent:
        ways["taken at the model's width (wrong)"] = Conventions(latent=False)
    counts: dict[str, Count] = {way: count(shape, conventions) for way, conventions in ways.items()}
    return {way: {"total": found.total, "activated": found.activated} for way, found in counts.items()}


def _table(records: list[dict[str, Any]]) -> str:
    rows = [["model", "total", "activated", "share", "layers", "experts", "chosen", "published"]]
    for record in records:
        experts, said = record["experts"], record["published"]
        published = " / ".join(short(value) for key, value in said.items() if key != "prefill") or "-"
        shared = f"+{experts['shared']}" if experts["shared"] else ""
        rows.append(
            [
                record["model"],
                short(record["total"]),
                short(record["activated"]),
                f"{record['share']:.2%}",
                f"{record['layers']['with_experts']} of {record['layers']['all']}",
                f"{experts['routed']}{shared}",
                str(experts["top_k"]),
                published,
            ]
        )
    return _aligned(rows)


def _words(record: dict[str, Any]) -> str:
    rows = [["part", "total", "activated", "one", "how many", "used"]]
    for line in record["lines"]:
        numbers = [f"{line[key]:,}" for key in ("total", "activated")]
        rows.append(
            [line["component"], *numbers, line["formula"], f"{line['n']:,}", f"{line['n_activated']:,}"]
        )
    cost_of = record["cost"]
    lines = [
        f"{record.get('title', record['model'])}",
        f"total      {record['total']:,}",
        f"activated  {record['activated']:,} ({record['share']:.2%})",
        *_published_words(record),
        *([f"the same shape as {record['same_as']}"] if record.get("same_as") else []),
        "",
        _aligned(rows),
        "",
        *(
            f"{way}: {found['total']:,} in all, {found['activated']:,} activated"
            for way, found in record["counted_otherwise"].items()
        ),
        "",
        f"a token: {cost_of['forward_flops']:.3g} FLOPs forward, {cost_of['cache_bytes']:,.0f} bytes of cache",
        *record.get("notes", []),
        *(f"source: {source}" for source in record["source"]),
    ]
    return "\n".join(lines)


def _published_words(record: dict[str, Any]) -> list[str]:
    said = ", ".join(f"{key} {short(value)}" for key, value in record.get("published", {}).items())
    return [f"published  {said} ({record['published_in']})"] if said else []


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    )


def short(value: float) -> str:
    """671B, 1.57T, 638.2K."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:g}"
