"""From options to a RunConfig."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from moe_demo.config import ConfigError, RunConfig
from moe_demo.presets import on_own_data, preset
from moe_demo.routers import with_router
from moe_demo.runs.files import read_json

_NUMBER = re.compile(r"[+-]?(\d{1,99}\.?\d{0,99}|\.\d{1,99})(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_OF_OPTION = {
    "balance": "balance.method",
    "seed": "seed",
    "epochs": "epochs",
    "batch_size": "batch_size",
    "lr": "lr",
}


def config_of(args: argparse.Namespace) -> RunConfig:
    """The preset, or a run's settings, changed by --router, --set, then the options that have a name of their own."""
    if args.config and args.preset:
        raise ConfigError("two_starts")
    base = _settings_in(args.config) if args.config else preset(args.preset or "deepseek")
    if args.data and not args.config:
        base = on_own_data(base)
    if args.router:
        base = with_router(base, args.router)
    values = changed_by(base, args.set).to_dict()
    for option, name in _OF_OPTION.items():
        if (value := getattr(args, option)) is not None:
            _change(values, name, value)
    return RunConfig.from_dict(values)


def changed_by(config: RunConfig, settings: Sequence[str]) -> RunConfig:
    """These settings with some at other values, each `NAME=VALUE`; raises ConfigError where one cannot be."""
    values = config.to_dict()
    for setting in settings:
        name, equals, written = setting.partition("=")
        if not equals or not all(name.strip().split(".")):
            raise ConfigError("set_form", given=setting)
        _change(values, name.strip(), _value(written.strip()))
    return RunConfig.from_dict(values)


def named_options(args: argparse.Namespace) -> list[str]:
    """The options that decide what a new run is; a run that is resumed has them in its folder."""
    given = ["--out"] if args.out else []
    given += ["--preset"] if args.preset else []
    given += ["--config"] if args.config else []
    given += ["--router"] if args.router else []
    given += ["--set"] if args.set else []
    return given + [
        f"--{option.replace('_', '-')}" for option in _OF_OPTION if getattr(args, option) is not None
    ]


def _settings_in(path: Path) -> RunConfig:
    """What a config.json says; raises RunError or ConfigError where it is none."""
    config = RunConfig.from_dict(read_json(path))
    return replace(
        config, data="builtin", model=replace(config.model, vocab_size=1)
    )  # both follow from the data


def _change(values: dict[str, Any], name: str, value: Any) -> None:
    """Set `model.dim` and the like; an unknown name is refused by RunConfig, with the others it knows."""
    *parts, last = name.split(".")
    for part in parts:
        if not isinstance(values.get(part), dict):
            raise ConfigError("set_name", name=name)
        values = values[part]
    values[last] = value


def _value(written: str) -> Any:
    """A number, true, false or a list as in JSON, or a number as people write it (.1, +3); else it is a word."""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        if not _NUMBER.fullmatch(written):
            return written
        return int(written) if written.lstrip("+-").isdigit() else float(written)
