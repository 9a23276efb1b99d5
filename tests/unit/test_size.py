"""What a model takes in memory, before it is taken."""

from dataclasses import replace

import pytest

from moe_demo.config import ConfigError, ModelConfig
from moe_demo.model import size
from moe_demo.model.classifier import Classifier
from moe_demo.presets import PRESETS
from moe_demo.training.train import build_trainer
from tests import toy


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("changes", [{}, {"n_shared": 3, "ffn_dim": 48, "n_layers": 3}, {"final_norm": True}])
def test_the_weights_are_counted_as_the_model_makes_them(name: str, changes: dict):
    model = replace(PRESETS[name].model, vocab_size=77, **changes)
    assert size.n_weights(model) == sum(value.numel() for value in Classifier(model).parameters())


def test_a_model_larger_than_the_machine_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch):
    config = toy.config()
    huge = replace(config, model=replace(config.model, n_routed=1024, expert_dim=131_072, dim=8192))
    with pytest.raises(ConfigError, match=r"^Such a model takes about [\d,]+ GB of memory .* smaller\.$"):
        build_trainer(huge, toy.split())
    monkeypatch.setattr(size, "memory_bytes", lambda: size.training_bytes(ModelConfig(), 8) - 1)
    with pytest.raises(ConfigError):
        size.require_room(ModelConfig(), 8)
    size.require_room(ModelConfig(), 7)


def test_every_preset_has_room_in_a_small_container():
    assert all(size.training_bytes(one.model, one.batch_size) < 1e9 for one in PRESETS.values())


def test_settings_of_other_classes_than_the_headlines_are_refused():
    config = toy.config()
    other = replace(config, model=replace(config.model, labels=("a", "b")))
    with pytest.raises(ConfigError, match="tech, sports, entertainment"):
        build_trainer(other, toy.split())
