"""What can be wrong with a model's name or a configuration, and the sentence each is told in."""

from __future__ import annotations

from typing import ClassVar

from moe_demo.errors import SaidError


class PublishedError(SaidError):
    """No such model, or a configuration whose parameters cannot be counted."""

    topic = "scale"
    sentences: ClassVar = {
        "unknown_model": "There is no published model {name!r} here; there are {known}.",
        "two_models": "Name a model or give a --config, not both.",
        "unreadable": "{name} cannot be read: {why}.",
        "too_large": "{name} is larger than {limit:,} bytes; a config.json has a few thousand.",
        "not_json": "{name} is no JSON text; give the config.json of a model.",
        "not_object": "{name} is no JSON object with settings; give the config.json of a model.",
        "no_type": "{name} does not say its model_type, so its settings have no meaning here.",
        "architecture": "{name} is of the architecture {found!r}, which is not counted here; counted are {known}.",
        "missing": "{name} lacks {keys}; defaults are not taken, because those of a class are often another model's.",
        "bad_value": "{key} of {name} must be a whole number from {least} to {most:,}, got {value}.",
        "bad_list": "{key} of {name} must be a list of {n} or more entries that this architecture has.",
        "more_than": "{name} contradicts itself: {small} is {small_value} and {large} only {large_value}.",
    }
