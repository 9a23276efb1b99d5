"""Settings: every bad value is refused by its name, and what was written can be read back."""

import json
from dataclasses import replace

import pytest

from moe_demo.config import BalanceConfig, ConfigError, ModelConfig, RoutingRule, RunConfig, with_labels
from moe_demo.limits import HIGHEST
from moe_demo.presets import PRESETS, preset

KINDS = (ModelConfig, BalanceConfig, RunConfig)
BAD_VALUES = [
    *(
        (kind, name, HIGHEST[name] * 2)
        for kind in KINDS
        for name in HIGHEST
        if name in kind.__dataclass_fields__
    ),
    (ModelConfig, "n_routed", 1_000_000),
    (ModelConfig, "dim", 100_000_000),
    (ModelConfig, "n_buckets", 100_000_000_000),
    (ModelConfig, "labels", tuple(map(str, range(2000)))),
    (ModelConfig, "labels", ("tech", "x" * 1000)),
    (ModelConfig, "route_scale", float("inf")),
    (BalanceConfig, "alpha", float("inf")),
    (RunConfig, "weight_decay", float("nan")),
    (RunConfig, "grad_clip", float("inf")),
    (RunConfig, "epochs", 10**400),
    (ModelConfig, "labels", ("tech",)),
    (ModelConfig, "labels", ("tech", "tech")),
    (ModelConfig, "labels", ("tech", "Tech")),
    (ModelConfig, "labels", ("tech", "a\nb")),
    (ModelConfig, "labels", ("tech", "\x1b[2J")),
    (ModelConfig, "labels", ("tech", "\ud800")),
    (ModelConfig, "labels", ("tech", 3)),
    (ModelConfig, "labels", ("tech", "")),
    (ModelConfig, "vocab_size", 0),
    (ModelConfig, "n_buckets", 0),
    (ModelConfig, "min_n", 0),
    (ModelConfig, "max_n", 0),
    (ModelConfig, "max_tokens", 0),
    (ModelConfig, "dim", 0),
    (ModelConfig, "dim", 60),  # no multiple of 2 x 4 heads
    (ModelConfig, "n_heads", 0),
    (ModelConfig, "n_layers", 0),
    (ModelConfig, "block_order", "moe_first"),
    (ModelConfig, "ffn_dim", -1),
    (ModelConfig, "expert_dim", 0),
    (ModelConfig, "n_shared", -1),
    (ModelConfig, "n_routed", 0),
    (ModelConfig, "top_k", 0),
    (ModelConfig, "top_k", 17),
    (ModelConfig, "top_k", 9),  # two groups of four experts hold eight
    (ModelConfig, "score_fn", "relu"),
    (ModelConfig, "route_scale", 0.0),
    (ModelConfig, "n_groups", 0),
    (ModelConfig, "n_groups", 5),
    (ModelConfig, "topk_groups", 0),
    (ModelConfig, "topk_groups", 5),
    (ModelConfig, "group_score", "mean"),
    (ModelConfig, "dropout", 1.0),
    (ModelConfig, "dropout", -0.1),
    (ModelConfig, "token_dropout", 1.0),
    (ModelConfig, "embedding_std", 0.0),
    (ModelConfig, "router_std", -0.1),
    (BalanceConfig, "method", "magic"),
    (BalanceConfig, "alpha", -1.0),
    (BalanceConfig, "seq_alpha", -1.0),
    (BalanceConfig, "device_alpha", float("nan")),
    (BalanceConfig, "communication_alpha", -0.1),
    (BalanceConfig, "bias_rate", -1e-3),
    (BalanceConfig, "calibration_passes", -1),
    (ModelConfig, "n_hash_layers", -1),
    (ModelConfig, "n_hash_layers", 3),
    (RunConfig, "seed", -1),
    (RunConfig, "seed", 2**63),
    (RunConfig, "epochs", 0),
    (RunConfig, "batch_size", 0),
    (RunConfig, "lr", 0.0),
    (RunConfig, "lr", float("nan")),
    (RunConfig, "weight_decay", -0.1),
    (RunConfig, "warmup_fraction", 1.0),
    (RunConfig, "grad_clip", 0.0),
    (RunConfig, "label_smoothing", 1.0),
    (RunConfig, "word_dropout", 1.0),
    (RunConfig, "words_left_out", 1.0),
    (RunConfig, "min_count", 0),
    (RunConfig, "held_out_fraction", 0.0),
    (RunConfig, "held_out_fraction", 1.0),
    (RunConfig, "patience", -1),
    (RunConfig, "outlier_weight", -0.5),
    (RunConfig, "outlier_share", 0.0),
    (RunConfig, "confidence_temperature", 0.0),
    (RunConfig, "confidence_temperature", 1e-300),
    (ModelConfig, "few_words_divisors", (0.5,)),
    *((RunConfig, "preset", name) for name in ("", "../../esc", "a/b", ".", "a\n", "\udcff", "x" * 41, "-x")),
]


@pytest.mark.parametrize(("settings", "name", "value"), BAD_VALUES)
def test_a_bad_value_is_refused_by_field_value_and_rule(settings, name, value):
    with pytest.raises(ConfigError) as caught:
        settings(**{name: value})
    message = str(caught.value)
    assert f".{name} must be " in message
    shown = repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:60]}…"
    assert message.endswith(f", got {shown}.") or "top_k" in message


def test_every_number_of_the_settings_has_a_rule():
    """A field that nobody checks would let any value through."""
    checked = {(settings, name) for settings, name, _ in BAD_VALUES}
    switches = {
        (ModelConfig, name) for name in ("norm_topk", "final_norm", "kind_biases", "only_known_ngrams")
    }
    names = {(RunConfig, "data")}
    nested = {(RunConfig, "model"), (RunConfig, "balance")}
    all_fields = {(s, n) for s in (ModelConfig, BalanceConfig, RunConfig) for n in s.__dataclass_fields__}
    assert all_fields - checked == switches | names | nested


def test_a_rule_of_the_router_alone_is_checked_too():
    with pytest.raises(ConfigError, match=r"RoutingRule\.temperature must be above 0, got 0\.0"):
        RoutingRule(n_routed=4, top_k=1, temperature=0.0)
    with pytest.raises(ConfigError, match=r"RoutingRule\.temperature must be at least 1e-06, got 1e-300"):
        RoutingRule(n_routed=4, top_k=1, temperature=1e-300)


@pytest.mark.parametrize("name", ["device_alpha", "communication_alpha"])
def test_losses_over_devices_need_devices(name):
    model = replace(preset("deepseek").model, n_groups=1, topk_groups=1)
    with pytest.raises(ConfigError, match=rf"{name} needs ModelConfig\.n_groups above 1"):
        RunConfig(model=model, balance=BalanceConfig(**{name: 0.1}))


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_configuration_survives_json(name):
    config = preset(name)
    assert RunConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([], "RunConfig must be a table of settings, got []"),
        ({"speed": 3}, "RunConfig has no setting named speed"),
        ({"model": {"depth": 3}}, "ModelConfig has no setting named depth"),
        ({"model": 3}, "ModelConfig must be a table of settings, got 3"),
        ({"epochs": "8"}, "RunConfig.epochs must be a whole number, got '8'"),
        ({"epochs": 8.5}, "RunConfig.epochs must be a whole number, got 8.5"),
        ({"epochs": True}, "RunConfig.epochs must be a whole number, got True"),
        ({"model": {"norm_topk": 1}}, "ModelConfig.norm_topk must be true or false, got 1"),
        ({"model": {"labels": "tech"}}, "ModelConfig.labels must be a list, got 'tech'"),
        ({"balance": {"method": ["none"]}}, "BalanceConfig.method must be one of"),
    ],
)
def test_a_file_with_a_wrong_setting_is_refused(values, problem):
    with pytest.raises(ConfigError) as caught:
        RunConfig.from_dict(values)
    assert problem in str(caught.value)


def test_a_whole_number_is_a_number():
    assert RunConfig.from_dict({"lr": 1}).lr == 1.0


def test_a_run_of_an_earlier_version_keeps_what_divided_the_mean_of_a_lone_word():
    values = RunConfig().to_dict()
    del values["model"]["few_words_divisors"]
    values["model"]["lone_word_divisor"] = 1.3
    assert RunConfig.from_dict(values).model.few_words_divisors == (1.3, 1.3)
    assert RunConfig.from_dict({"model": {"lone_word_divisor": 1}}).model == replace(
        ModelConfig(), few_words_divisors=(1, 1)
    )
    with pytest.raises(ConfigError, match="few_words_divisors must be"):
        RunConfig.from_dict({"model": {"lone_word_divisor": "x"}})


@pytest.mark.parametrize("divisors", [[0.5], [True], ["x"], [float("nan")], [1e9], [1.0] * 65, 1.3, None])
def test_what_divides_the_mean_of_few_words_must_be_numbers_from_1_on(divisors):
    with pytest.raises(ConfigError, match="few_words_divisors must be"):
        RunConfig.from_dict({"model": {"few_words_divisors": divisors}})


def test_unknown_preset_names_the_known_ones():
    with pytest.raises(ConfigError, match="choose one of document, deepseek"):
        preset("huge")


def test_presets_are_what_the_design_says():
    document, deepseek = preset("document").model, preset("deepseek").model
    assert (document.n_routed, document.top_k, document.n_shared) == (3, 1, 0)
    assert (document.score_fn, document.block_order, document.n_layers) == ("softmax", "moe_transformer", 1)
    assert (deepseek.n_routed, deepseek.top_k, deepseek.n_shared, deepseek.n_layers) == (16, 4, 1, 2)
    assert (deepseek.n_groups, deepseek.topk_groups, deepseek.score_fn) == (4, 2, "sigmoid")


def test_weights_of_the_losses_follow_the_method():
    weights = {
        method: (config.expert_weight > 0, config.sequence_weight > 0, config.bias_step > 0)
        for method in ("none", "aux_loss", "seq_aux_loss", "loss_free", "loss_free+seq")
        for config in [BalanceConfig(method=method)]
    }
    assert weights == {
        "none": (False, False, False),
        "aux_loss": (True, False, False),
        "seq_aux_loss": (False, True, False),
        "loss_free": (False, False, True),
        "loss_free+seq": (False, True, True),
    }


def test_other_labels_make_another_head():
    assert with_labels(preset("document"), ("a", "b")).model.n_classes == 2


def test_every_number_of_a_setting_is_bounded_above():
    """Either by the table, or by a rule of its own: a share, a part of another setting."""
    own_rules = {"top_k", "topk_groups", "dropout", "token_dropout", "seed", "lr", "warmup_fraction"}
    own_rules |= {"label_smoothing", "word_dropout", "words_left_out", "held_out_fraction", "outlier_share"}
    numbers = {
        name
        for kind in (RoutingRule, *KINDS)
        for name, field in kind.__dataclass_fields__.items()
        if field.type in ("int", "float")
    }
    assert numbers - own_rules <= HIGHEST.keys()
