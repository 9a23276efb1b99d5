"""Parameters of published models: exact totals, what reports say, and the modules of transformers as a second count."""

from dataclasses import replace

import pytest
import torch

from moe_demo.model.classifier import Classifier
from moe_demo.presets import PRESETS
from moe_demo.published import MODELS, Conventions, PublishedError, cost, count, published_model, shape_of
from moe_demo.published.count import COMPONENTS
from moe_demo.published.deepseek import DEEPSEEK
from moe_demo.published.notes import NOTES

TOTALS = {
    "deepseek-moe-16b": 16_375_728_128,
    "deepseek-v2-lite": 15_706_484_224,
    "deepseek-v2": 235_741_434_880,
    "deepseek-v3": 671_026_419_200,
}
SAID = [model for model in MODELS.values() if model.total]

# model_type and what differs from the class's defaults, for models that transformers has
THEIRS = {
    "deepseek-v2-lite": (
        "deepseek_v2",
        {
            "hidden_size": 2048,
            "intermediate_size": 10944,
            "moe_intermediate_size": 1408,
            "num_hidden_layers": 27,
            "num_attention_heads": 16,
            "first_k_dense_replace": 1,
            "q_lora_rank": None,
            "num_experts_per_tok": 6,
        },
    ),
    "deepseek-v2": (
        "deepseek_v2",
        {
            "hidden_size": 5120,
            "intermediate_size": 12288,
            "moe_intermediate_size": 1536,
            "num_hidden_layers": 60,
            "num_attention_heads": 128,
            "first_k_dense_replace": 1,
            "n_routed_experts": 160,
            "num_experts_per_tok": 6,
        },
    ),
    "deepseek-v3": ("deepseek_v3", {}),
    "deepseek-v4-flash": ("deepseek_v4", {"compress_ratios": [0, 0, *[4, 128] * 20, 4]}),
    "deepseek-v4-pro": (
        "deepseek_v4",
        {
            "hidden_size": 7168,
            "moe_intermediate_size": 3072,
            "num_hidden_layers": 61,
            "num_attention_heads": 128,
            "q_lora_rank": 1536,
            "n_routed_experts": 384,
            "o_groups": 16,
            "compress_ratios": [128, *[128, 4] * 30],
        },
    ),
    "mixtral-8x7b": ("mixtral", {}),
    "olmoe-1b-7b": ("olmoe", {"intermediate_size": 1024}),
    "gpt-oss-120b": ("gpt_oss", {}),
    "qwen3-30b-a3b": ("qwen3_moe", {"num_hidden_layers": 48, "head_dim": 128}),
    "qwen3-next-80b-a3b": ("qwen3_next", {}),
    "glm-4.5-air": ("glm4_moe", {"head_dim": 128, "attention_bias": True}),
    "glm-5": ("glm_moe_dsa", {}),
    "kimi-k2": (
        "deepseek_v3",
        {
            "vocab_size": 163840,
            "num_attention_heads": 64,
            "n_routed_experts": 384,
            "first_k_dense_replace": 1,
            "n_group": 1,
            "topk_group": 1,
        },
    ),
    "minimax-m2": ("minimax_m2", {}),
}


@pytest.mark.parametrize(("name", "total"), TOTALS.items())
def test_the_totals_of_the_first_four_are_exact(name: str, total: int):
    assert count(published_model(name).shape).total == total


@pytest.mark.parametrize("model", SAID, ids=lambda model: model.name)
def test_a_total_is_what_its_makers_say(model):
    """Within 1 %, or within half of the last digit where they give only one or two; V4-Pro's with its MTP module."""
    assert model.total is not None
    found = count(model.shape, Conventions(mtp=model.mtp_in_total)).total
    is_round = model.name in ("qwen3-30b-a3b", "kimi-k2")  # 30B and 1T
    assert abs(found / model.total - 1) < (0.03 if is_round else 0.01)


@pytest.mark.parametrize(
    "model", [model for model in SAID if model.name != "qwen3-next-80b-a3b"], ids=lambda model: model.name
)
def test_an_activated_number_is_what_its_makers_say_the_tables_counted_their_way(model):
    """To half of the last digit they write; 2.4B of V2-Lite is 2.451B, cut rather than rounded."""
    found = count(model.shape, Conventions(embeddings=model.embeddings)).activated
    digit = 10 ** (8 if model.activated < 10e9 and model.activated % 1e9 else 9)
    assert abs(found - model.activated) <= 0.52 * digit


def test_qwen3_next_activates_more_than_its_name_says():
    shape = published_model("qwen3-next-80b-a3b").shape
    assert count(shape).activated == pytest.approx(3.564e9, rel=1e-3)
    assert 3 / 80 < count(shape).share < 0.045


def test_v4_pro_is_within_one_percent_of_its_total_line_by_line():
    """What its makers' two digits leave open: 27B, of which the MTP module is 25.8B."""
    model = published_model("deepseek-v4-pro")
    plain, whole = count(model.shape), count(model.shape, Conventions(mtp=True))
    assert whole.of("mtp")[0] == whole.total - plain.total
    assert whole.of("mtp")[0] == pytest.approx(25.8e9, rel=0.01)
    assert round(plain.total / 1e12, 1) == 1.6


def test_v41_has_two_activated_numbers_and_its_tables_outside():
    shape = published_model("deepseek-v4.1-flash").shape
    assert round(count(shape).activated / 1e9) == 16
    prompt = count(shape, Conventions(phase="prefill"))
    assert round(prompt.activated / 1e9) == 8
    tables = count(shape, Conventions(tables=True))
    assert tables.of("tables")[0] == (384_006_168 + 384_016_682) * 256
    assert tables.of("tables")[1] == 2 * 24 * 256
    assert tables.total - tables.of("tables")[0] == count(shape).total


def test_latent_experts_taken_at_the_models_width_are_twice_as_large():
    """92 x 896 x 3 x 7168 x 3072 gives 5.45T, more than the whole model has."""
    shape = published_model("kimi-k3").shape
    wrong = count(shape, Conventions(latent=False))
    assert wrong.of("routed")[0] == 92 * 896 * 3 * 7168 * 3072 == 2 * count(shape).of("routed")[0]
    assert wrong.of("latent") == (0, 0)


def test_the_mtp_module_of_v3_is_what_its_weights_file_says():
    """11.5B of its own (README_WEIGHTS.md); with the projection of 2h to h it is 0.1B more."""
    shape = published_model("deepseek-v3").shape
    found = count(shape, Conventions(mtp=True)).of("mtp")[0]
    assert found - 2 * 7168**2 == pytest.approx(11.5e9, rel=0.002)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_the_lines_add_up_and_no_token_uses_more_than_there_is(model):
    found = count(model.shape, Conventions(mtp=True, tables=True))
    assert sum(found.of(part)[0] for part in COMPONENTS) == found.total
    assert all(0 <= line.activated <= line.total for line in found.lines)
    routed, used = found.of("routed")
    assert used * model.shape.routed == routed * model.shape.top_k


@pytest.mark.parametrize("name", THEIRS)
def test_transformers_makes_a_model_of_as_many_parameters(name: str):
    transformers = pytest.importorskip("transformers")
    model_type, settings = THEIRS[name]
    config = transformers.AutoConfig.for_model(model_type, **settings)
    with torch.device("meta"):
        model = transformers.AutoModelForCausalLM.from_config(config)
    biases = [value for key, value in model.named_buffers() if key.endswith("e_score_correction_bias")]
    theirs = sum(value.numel() for value in [*model.parameters(), *biases])
    assert count(published_model(name).shape).total == theirs


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("changes", [{}, {"n_shared": 3, "ffn_dim": 48, "n_layers": 3}])
def test_our_models_are_counted_by_the_same_arithmetic(name: str, changes: dict):
    """The routing bias is no learned weight, but it is a number of the model, as it is in DeepSeek-V3's total."""
    model = replace(PRESETS[name].model, vocab_size=77, **changes)
    values = Classifier(model).state_dict().values()
    assert count(shape_of(model)).total == sum(value.numel() for value in values)


def test_v3_keeps_70_272_bytes_of_a_token():
    """arXiv 2505.09343, table 1."""
    assert cost(published_model("deepseek-v3").shape).cache_bytes == 70_272


def test_work_follows_the_activated_parameters_and_memory_all():
    for model in DEEPSEEK:
        found, counted = cost(model.shape), count(model.shape)
        assert found.forward_flops * 3 == found.training_flops == 6 * counted.activated
        assert found.parameter_bytes == counted.total


def test_every_record_has_a_source_with_a_revision_or_a_section_and_known_notes():
    for model in MODELS.values():
        assert model.sources
        assert any(source.revision or source.section for source in model.sources)
        assert set(model.notes) <= set(NOTES)
        assert (model.said_in is None) == (model.total is None)


def test_an_unknown_model_is_named_with_those_there_are():
    with pytest.raises(
        PublishedError, match=r"^There is no published model 'v5' here; there are deepseek-moe"
    ):
        published_model("v5")
