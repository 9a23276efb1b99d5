"""A Hugging Face config.json: read back as the stored models, with its traps, and refused in one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from moe_demo.published import MODELS, PublishedError, count, published_model, read_configuration
from moe_demo.published.architectures import READERS
from moe_demo.published.configuration import MAX_BYTES, read_configuration_file
from moe_demo.published.notes import NOTES

V3: dict[str, Any] = {
    "model_type": "deepseek_v3",
    "vocab_size": 129280,
    "hidden_size": 7168,
    "intermediate_size": 18432,
    "moe_intermediate_size": 2048,
    "num_hidden_layers": 61,
    "num_attention_heads": 128,
    "num_key_value_heads": 128,
    "n_shared_experts": 1,
    "n_routed_experts": 256,
    "kv_lora_rank": 512,
    "q_lora_rank": 1536,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "qk_nope_head_dim": 128,
    "num_experts_per_tok": 8,
    "first_k_dense_replace": 3,
    "moe_layer_freq": 1,
    "num_nextn_predict_layers": 1,
    "tie_word_embeddings": False,
}
V2_LITE = V3 | {
    "model_type": "deepseek_v2",
    "vocab_size": 102400,
    "hidden_size": 2048,
    "intermediate_size": 10944,
    "moe_intermediate_size": 1408,
    "num_hidden_layers": 27,
    "num_attention_heads": 16,
    "n_shared_experts": 2,
    "n_routed_experts": 64,
    "q_lora_rank": None,
    "num_experts_per_tok": 6,
    "first_k_dense_replace": 1,
    "num_nextn_predict_layers": 0,
}
MOE_16B = {
    "model_type": "deepseek",
    "vocab_size": 102400,
    "hidden_size": 2048,
    "intermediate_size": 10944,
    "moe_intermediate_size": 1408,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 16,
    "n_shared_experts": 2,
    "n_routed_experts": 64,
    "num_experts_per_tok": 6,
    "first_k_dense_replace": 1,
    "tie_word_embeddings": False,
}
V4_FLASH = {
    "model_type": "deepseek_v4",
    "vocab_size": 129280,
    "hidden_size": 4096,
    "moe_intermediate_size": 2048,
    "num_hidden_layers": 43,
    "num_attention_heads": 64,
    "head_dim": 512,
    "q_lora_rank": 1024,
    "o_lora_rank": 1024,
    "o_groups": 8,
    "n_routed_experts": 256,
    "n_shared_experts": 1,
    "num_experts_per_tok": 6,
    "compress_ratios": [0, 0, *[4, 128] * 20, 4, 0],
    "num_hash_layers": 3,
    "hc_mult": 4,
    "index_n_heads": 64,
    "index_head_dim": 128,
    "num_nextn_predict_layers": 1,
    "tie_word_embeddings": False,
}
V41_FLASH = {
    "model_type": "deepseek_v41",
    "text_config": {
        "model_type": "deepseek_v41_text",
        "vocab_size": 129280,
        "hidden_size": 5120,
        "moe_intermediate_size": 2304,
        "num_hidden_layers": 40,
        "num_attention_heads": 64,
        "head_dim": 512,
        "q_lora_rank": 1280,
        "o_lora_rank": 1024,
        "o_groups": 8,
        "n_routed_experts": 384,
        "n_shared_experts": 1,
        "num_experts_per_tok": 6,
        "compress_ratios": [0, 0, *[2] * 18, *[1] * 20, 0, 0, 0],
        "kv_source_layer_ids": [2, 8, 14, 20],
        "index_source_layer_ids": [2, 8, 14, 20, 24, 28, 32, 36],
        "index_n_heads": 32,
        "index_head_dim": 128,
        "hc_mult": 4,
        "engram_num_embeddings": [384006168, 384016682],
        "engram_max_ngram_size": 4,
        "engram_n_heads": 8,
        "engram_head_dim": 256,
        "num_nextn_predict_layers": 3,
        "tie_word_embeddings": False,
    },
}
KIMI_K3 = {
    "model_type": "kimi_k3",
    "text_config": {
        "model_type": "kimi_linear",
        "vocab_size": 163840,
        "hidden_size": 7168,
        "intermediate_size": 33792,
        "num_hidden_layers": 93,
        "num_attention_heads": 96,
        "moe_intermediate_size": 3072,
        "num_experts": 896,
        "num_experts_per_token": 16,
        "num_shared_experts": 2,
        "first_k_dense_replace": 1,
        "routed_expert_hidden_size": 3584,
        "latent_moe_use_norm": True,
        "q_lora_rank": 1536,
        "kv_lora_rank": 512,
        "qk_nope_head_dim": 128,
        "qk_rope_head_dim": 64,
        "v_head_dim": 128,
        "mla_use_output_gate": True,
        "linear_attn_config": {
            "head_dim": 128,
            "num_heads": 96,
            "short_conv_kernel_size": 4,
            "full_attn_layers": [*range(4, 93, 4), 93],
            "use_full_rank_gate": True,
        },
        "tie_word_embeddings": False,
    },
}
QWEN3_30B = {
    "model_type": "qwen3_moe",
    "vocab_size": 151936,
    "hidden_size": 2048,
    "intermediate_size": 6144,
    "num_hidden_layers": 48,
    "num_attention_heads": 32,
    "num_key_value_heads": 4,
    "head_dim": 128,
    "decoder_sparse_step": 1,
    "moe_intermediate_size": 768,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "tie_word_embeddings": False,
}
STORED = {
    "deepseek-moe-16b": MOE_16B,
    "deepseek-v2-lite": V2_LITE,
    "deepseek-v3": V3,
    "deepseek-v4-flash": V4_FLASH,
    "deepseek-v4.1-flash": V41_FLASH,
    "kimi-k3": KIMI_K3,
    "qwen3-30b-a3b": QWEN3_30B,
}


def read(values: Any):
    return read_configuration(json.dumps(values))


@pytest.mark.parametrize(("name", "values"), STORED.items())
def test_the_released_settings_give_the_stored_model(name: str, values: dict[str, Any]):
    found = read(values)
    assert found.same_as == name
    assert count(found.shape).total == count(published_model(name).shape).total
    assert set(found.notes) <= set(NOTES)


def test_the_traps_are_named():
    assert {"mtp_outside", "moe_layers"} <= set(read(V3).notes)
    assert "latent_experts" in read(KIMI_K3).notes
    assert {"two_activated", "engram_outside"} <= set(read(V41_FLASH).notes)
    assert "hash_layers" in read(V4_FLASH).notes
    assert (
        "tie_missing" in read({key: value for key, value in V3.items() if key != "tie_word_embeddings"}).notes
    )


def test_experts_in_every_other_layer_are_counted_once_each():
    """Llama 4 Maverick alternates; `num_hidden_layers` times the experts would be twice too many."""
    llama = {
        "model_type": "llama4_text",
        "vocab_size": 202048,
        "hidden_size": 5120,
        "intermediate_size": 8192,
        "intermediate_size_mlp": 16384,
        "num_hidden_layers": 48,
        "num_attention_heads": 40,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "num_local_experts": 128,
        "num_experts_per_tok": 1,
        "interleave_moe_layer_step": 2,
        "tie_word_embeddings": False,
    }
    found = read({"model_type": "llama4", "text_config": llama})
    assert (found.shape.layers, found.shape.moe_layers) == (48, 24)
    assert count(found.shape).total == pytest.approx(400e9, rel=0.01)


def test_v2s_first_files_call_themselves_deepseek_and_are_read_with_their_own_attention():
    assert read(V2_LITE | {"model_type": "deepseek"}).same_as == "deepseek-v2-lite"


def test_no_default_of_a_class_is_taken_for_a_missing_size():
    short = {
        key: value for key, value in QWEN3_30B.items() if key not in ("num_hidden_layers", "num_experts")
    }
    with pytest.raises(PublishedError, match="lacks num_hidden_layers, num_experts; defaults are not taken"):
        read(short)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_json"),
        ("{", "not_json"),
        ("模型", "not_json"),
        ("[" * 100_000, "not_json"),
        ("[1, 2]", "not_object"),
        ("null", "not_object"),
        ("{}", "no_type"),
        ('{"model_type": 7}', "no_type"),
        ('{"model_type": "llama"}', "architecture"),
        ('{"model_type": "\\ud800"}', "architecture"),
        ('{"model_type": "mixtral"}', "missing"),
        (json.dumps(V3 | {"hidden_size": -1}), "bad_value"),
        (json.dumps(V3 | {"hidden_size": "7168"}), "bad_value"),
        (json.dumps(V3 | {"hidden_size": 7168.5}), "bad_value"),
        (json.dumps(V3 | {"hidden_size": True}), "bad_value"),
        (json.dumps(V3 | {"hidden_size": 10**30}), "bad_value"),
        (json.dumps(V3 | {"num_hidden_layers": 10**6}), "bad_value"),
        (json.dumps(V3 | {"num_experts_per_tok": 257}), "more_than"),
        (json.dumps(V3 | {"first_k_dense_replace": 61}), "more_than"),
        (json.dumps(V4_FLASH | {"compress_ratios": [0]}), "bad_list"),
        (json.dumps(V4_FLASH | {"compress_ratios": ["x"] * 43}), "bad_list"),
        (json.dumps({"model_type": "kimi_linear", "linear_attn_config": 3}), "missing"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_one_sentence(text: str, code: str):
    with pytest.raises(PublishedError) as caught:
        read_configuration(text)
    assert caught.value.code == code
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    str(caught.value).encode()  # half a character would break a page


@pytest.mark.parametrize("architecture", READERS)
@pytest.mark.parametrize("filler", [[], {}, "x", -1, 1, None])
def test_whatever_a_file_says_there_is_a_count_or_one_sentence(architecture: str, filler: Any):
    keys = {key for values in STORED.values() for key in (values | values.get("text_config", {}))}
    values = dict.fromkeys(keys, filler) | {"model_type": architecture, "text_config": None}
    said = ""
    try:
        read(values)
    except PublishedError as error:
        said = str(error)
    assert said.endswith(".") or read(values).shape.layers >= 1


def test_a_file_of_50_mb_is_refused_unread(tmp_path: Path):
    large = tmp_path / "config.json"
    large.write_bytes(b" " * 50_000_000)
    with pytest.raises(PublishedError) as caught:
        read_configuration_file(large)
    assert caught.value.code == "too_large"
    with pytest.raises(PublishedError):
        read_configuration(" " * (MAX_BYTES + 1))


def test_a_file_that_is_not_there_or_a_folder_is_named(tmp_path: Path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(PublishedError, match="cannot be read: there is no such file"):
            read_configuration_file(path)


def test_no_two_stored_models_are_taken_for_each_other():
    assert all(read(values).same_as == name for name, values in STORED.items())
    assert len({model.title for model in MODELS.values()}) == len(MODELS)
