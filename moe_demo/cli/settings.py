"""From options to a RunConfig."""

from __future__ import annotations

import argparse
import json
from typing import Any

from moe_demo.config import ConfigError, RunConfig, preset

_OF_OPTION = {
    "balance": "balance.method",
    "seed": "seed",
    "epochs": "epochs",
    "batch_size": "batch_size",
    "lr": "lr",
}


def config_of(args: argparse.Namespace) -> RunConfig:
    """The preset, changed by --set and then by the options that have a name of their own."""
    values = preset(args.preset or "deepseek").to_dict()
    for setting in args.set:
        name, equals, written = setting.partition("=")
        if not equals:
            raise ConfigError(f"--set takes NAME=VALUE, such as model.dim=48, got {setting!r}.")
        _change(values, name.strip(), _value(written.strip()))
    for option, name in _OF_OPTION.items():
        if (value := getattr(args, option)) is not None:
            _change(values, name, value)
    return RunConfig.from_dict(values)


def named_options(args: argparse.Namespace) -> list[str]:
    """The options that decide what a new run is; a run that is resumed has them in its folder."""
    given = ["--out"] if args.out else []
    given += ["--preset"] if args.preset else []
    given += ["--set"] if args.set else []
    return given + [
        f"--{option.replace('_', '-')}" for option in _OF_OPTION if getattr(args, option) is not None
    ]


def _change(values: dict[str, Any], name: str, value: Any) -> None:
    """Set `model.dim` and the like; an unknown name is refused by RunConfig, with the others it knows."""
    *parts, last = name.split(".")
    for part in parts:
        if not isinstance(values.get(part), dict):
            raise ConfigError(f"There is no setting named {name}.")
        values = values[part]
    values[last] = value


def _value(written: str) -> Any:
    """A number, true, false or a list as in JSON; anything else is a word."""
    try:
        return json.loads(written)
    except ValueError:
        return written
