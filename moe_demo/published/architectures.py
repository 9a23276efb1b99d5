"""How the settings of each architecture become a shape, by its `model_type`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moe_demo.published.attention import (
    Attention,
    Compressed,
    GatedDelta,
    GroupedQuery,
    KimiDelta,
    Latent,
    SharedCompressed,
)
from moe_demo.published.errors import PublishedError
from moe_demo.published.settings import MAX_LAYERS, Settings
from moe_demo.published.shape import Engram, Mtp, Shape

_RATIOS = {
    "sliding_attention": 0,
    "compressed_sparse_attention": 4,
    "heavily_compressed_attention": 128,
}

MAX_RATIO = 1024


def text_settings(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings of the language model, where images have settings of their own beside it."""
    inner = values.get("text_config")
    return inner if isinstance(inner, dict) else values


def _deepseek(of: Settings) -> Shape:
    """The first of them: multi-head attention. V2's first files call themselves so too, with its own attention."""
    if of.values.get("kv_lora_rank") is not None:
        return _deepseek_mla(of)
    heads, hidden = of.size("num_attention_heads"), of.size("hidden_size")
    kv_heads = of.optional("num_key_value_heads", heads)
    attention = GroupedQuery(
        heads=heads, kv_heads=kv_heads, head_dim=of.optional("head_dim", hidden // heads)
    )
    return _deepseek_shape(of, attention, has_bias=False)


def _deepseek_mla(of: Settings) -> Shape:
    """V2, V3, V3.2, and those that took their layer: Kimi K2, GLM-5."""
    index = of.optional("index_n_heads")
    attention = Latent(
        heads=of.size("num_attention_heads"),
        q_rank=of.optional("q_lora_rank") or None,
        kv_rank=of.size("kv_lora_rank"),
        nope=of.size("qk_nope_head_dim"),
        rope=of.size("qk_rope_head_dim"),
        value=of.size("v_head_dim"),
        index_heads=index,
        index_dim=of.size("index_head_dim") if index else 0,
    )
    if index and attention.q_rank is None:
        of.missing.append("q_lora_rank")
        of.check()
    has_bias = of.values.get("model_type") not in ("deepseek", "deepseek_v2")
    return _deepseek_shape(of, attention, has_bias=has_bias)


def _deepseek_shape(of: Settings, attention: Attention, *, has_bias: bool) -> Shape:
    layers, dense = of.layers, of.optional("first_k_dense_replace", most=MAX_LAYERS)
    if every := of.optional("moe_layer_freq", 1):
        dense = layers - len(range(-(-dense // every) * every, layers, every))
    n_mtp = of.optional("num_nextn_predict_layers", most=MAX_LAYERS)
    return Shape(
        hidden=of.size("hidden_size"),
        vocab=of.size("vocab_size"),
        attention=((attention, layers),),
        dense_layers=dense,
        dense_width=of.size("intermediate_size") if dense else 0,
        expert_width=of.size("moe_intermediate_size"),
        routed=of.size("n_routed_experts"),
        shared=of.optional("n_shared_experts"),
        top_k=of.size("num_experts_per_tok"),
        router_biases=int(has_bias),
        tied=of.tied,
        mtp=Mtp(modules=n_mtp, attention=attention) if n_mtp and has_bias else None,
    )


def _deepseek_v4(of: Settings) -> Shape:
    def attention(ratio: int) -> Compressed:
        chooses = ratio == 4
        return Compressed(
            heads=of.size("num_attention_heads"),
            head_dim=of.size("head_dim"),
            q_rank=of.size("q_lora_rank"),
            o_groups=of.size("o_groups"),
            o_rank=of.size("o_lora_rank"),
            ratio=ratio,
            index_heads=of.size("index_n_heads") if chooses else 0,
            index_dim=of.size("index_head_dim") if chooses else 0,
        )

    layers, n_mtp = of.layers, of.optional("num_nextn_predict_layers", most=MAX_LAYERS)
    return Shape(
        hidden=of.size("hidden_size"),
        vocab=of.size("vocab_size"),
        attention=tuple((attention(ratio), 1) for ratio in _ratios(of, layers)),
        expert_width=of.size("moe_intermediate_size"),
        routed=of.size("n_routed_experts"),
        shared=of.optional("n_shared_experts"),
        top_k=of.size("num_experts_per_tok"),
        router_biases=1,
        hash_layers=_hash_layers(of, layers),
        streams=of.size("hc_mult", most=64),
        tied=of.tied,
        mtp=Mtp(modules=n_mtp, attention=attention(0)) if n_mtp else None,
    )


def _ratios(of: Settings, layers: int) -> list[int]:
    """Of each layer, from the old key or the new one."""
    kinds = of.entries("layer_types", layers)
    found = [_RATIOS.get(kind) for kind in kinds[:layers]] if kinds else of.entries("compress_ratios", layers)
    if found is None:
        of.missing.append("compress_ratios or layer_types")
        return [0] * min(layers, 1)
    ratios = [
        0 if ratio == 1 else ratio for ratio in found[:layers]
    ]  # torchtitan writes 1 for a window alone
    if not all(ratio in (0, 4, 128) for ratio in ratios):
        raise PublishedError(
            "bad_list", name=of.name, key="layer_types" if kinds else "compress_ratios", n=layers
        )
    return [int(ratio) for ratio in ratios if ratio is not None]


def _hash_layers(of: Settings, layers: int) -> int:
    kinds = of.entries("mlp_layer_types", layers)
    if kinds:
        return sum(kind == "hash_moe" for kind in kinds[:layers])
    return of.size("num_hash_layers", least=0, most=layers)


def _deepseek_v41(of: Settings) -> Shape:
    layers, keys = of.layers, set(of.entries("kv_source_layer_ids", 0) or ())
    decoder = [layer for layer in keys if isinstance(layer, int) and 0 < layer < layers]
    return Shape(
        hidden=of.size("hidden_size"),
        vocab=of.size("vocab_size"),
        attention=_shared_compressed(of, layers, keys),
        expert_width=of.size("moe_intermediate_size"),
        routed=of.size("n_routed_experts"),
        shared=of.optional("n_shared_experts"),
        top_k=of.size("num_experts_per_tok"),
        router_biases=2,
        streams=of.size("hc_mult", most=64),
        tied=of.tied,
        engram=_engram(of),
        # The decoder begins at the last layer that makes keys: a prompt's tokens go no further.
        encoder_layers=max(decoder, default=None),
    )


def _shared_compressed(of: Settings, layers: int, keys: set[Any]) -> tuple[tuple[Attention, int], ...]:
    """Of each layer: whether it makes keys, whether it chooses among them, and how many tokens a key stands for."""
    chooses = set(of.entries("index_source_layer_ids", 0) or ())
    ratios = of.entries("compress_ratios", layers)
    found = {"kv_source_layer_ids": keys, "index_source_layer_ids": chooses, "compress_ratios": ratios}
    of.missing += [key for key, value in found.items() if not value]
    of.check()
    if not ratios or not all(isinstance(ratio, int) and 0 <= ratio <= MAX_RATIO for ratio in ratios):
        raise PublishedError("bad_list", name=of.name, key="compress_ratios", n=layers)

    def attention(layer: int) -> SharedCompressed:
        return SharedCompressed(
            heads=of.size("num_attention_heads"),
            head_dim=of.size("head_dim"),
            q_rank=of.size("q_lora_rank"),
            o_groups=of.size("o_groups"),
            o_rank=of.size("o_lora_rank"),
            ratio=ratios[layer],
            keys=layer in keys and ratios[layer] > 0,
            index_heads=of.size("index_n_heads") if layer in chooses else 0,
            index_dim=of.size("index_head_dim") if layer in chooses else 0,
        )

    return tuple((attention(layer), 1) for layer in range(layers))


def _engram(of: Settings) -> Engram | None:
    rows = of.entries("engram_num_embeddings", 0)
    if not rows:
        return None
    if not all(isinstance(n, int) and 0 < n < 10**12 for n in rows):
        raise PublishedError("bad_list", name=of.name, key="engram_num_embeddings", n=1)
    columns = (of.size("engram_max_ngram_size", least=2) - 1) * of.size("engram_n_heads")
    return Engram(rows=tuple(rows), width=of.size("engram_head_dim"), columns=columns)


def _grouped(of: Settings, **settings: Any) -> GroupedQuery:
    heads, hidden = of.size("num_attention_heads"), of.size("hidden_size")
    return GroupedQuery(
        heads=heads,
        kv_heads=of.size("num_key_value_heads"),
        head_dim=of.optional("head_dim") or max(1, hidden // heads),
        **settings,
    )


def _plain(of: Settings, attention: Attention, **sizes: Any) -> Shape:
    """Every layer has experts."""
    return Shape(
        hidden=of.size("hidden_size"),
        vocab=of.size("vocab_size"),
        attention=((attention, of.layers),),
        top_k=of.size("num_experts_per_tok"),
        tied=of.tied,
        **sizes,
    )


def _mixtral(of: Settings) -> Shape:
    width, routed = of.size("intermediate_size"), of.size("num_local_experts")
    return _plain(of, _grouped(of), expert_width=width, routed=routed)


def _olmoe(of: Settings) -> Shape:
    width, routed = of.size("intermediate_size"), of.size("num_experts")
    return _plain(of, _grouped(of, qk_norm="all"), expert_width=width, routed=routed)


def _gpt_oss(of: Settings) -> Shape:
    bias = of.values.get("attention_bias", True) is True
    attention = _grouped(of, bias=bias, output_bias=bias, sinks=True)
    width, routed = of.size("intermediate_size"), of.size("num_local_experts", "num_experts")
    return _plain(of, attention, expert_width=width, routed=routed, router_linear_bias=True, expert_bias=True)


def _minimax_m2(of: Settings) -> Shape:
    width, routed = of.size("intermediate_size"), of.size("num_local_experts")
    return _plain(of, _grouped(of, qk_norm="all"), expert_width=width, routed=routed, router_biases=1)


def _qwen3_moe(of: Settings) -> Shape:
    layers, every = of.layers, of.size("decoder_sparse_step")
    only_dense = set(of.entries("mlp_only_layers", 0) or ())
    dense = sum(layer in only_dense or (layer + 1) % every > 0 for layer in range(layers))
    bias = of.flag("attention_bias")
    return _plain(
        of,
        _grouped(of, qk_norm="head", bias=bias, output_bias=bias),
        expert_width=of.size("moe_intermediate_size"),
        routed=of.size("num_experts"),
        dense_layers=dense,
        dense_width=of.size("intermediate_size") if dense else 0,
    )


def _qwen3_next(of: Settings) -> Shape:
    layers = of.layers
    kinds = of.entries("layer_types", layers)
    full = sum(kind == "full_attention" for kind in kinds[:layers]) if kinds else None
    if full is None:
        full = layers // of.size("full_attention_interval")
    linear = GatedDelta(
        key_heads=of.size("linear_num_key_heads"),
        value_heads=of.size("linear_num_value_heads"),
        key_dim=of.size("linear_key_head_dim"),
        value_dim=of.size("linear_value_head_dim"),
        kernel=of.size("linear_conv_kernel_dim"),
    )
    return Shape(
        hidden=of.size("hidden_size"),
        vocab=of.size("vocab_size"),
        attention=((linear, layers - full), (_grouped(of, qk_norm="head", output_gate=True), full)),
        expert_width=of.size("moe_intermediate_size"),
        routed=of.size("num_experts"),
        shared=1,
        shared_width=of.size("shared_expert_intermediate_size"),
        shared_gate=True,
        top_k=of.size("num_experts_per_tok"),
        tied=of.tied,
    )


def _glm4_moe(of: Settings) -> Shape:
    norm = "head" if of.flag("use_qk_norm") else "none"
    return _deepseek_shape(of, _grouped(of, bias=of.flag("attention_bias"), qk_norm=norm), has_bias=True)


def _llama4(of: Settings) -> Shape:
    """Maverick has experts in every other layer, Scout in all."""
    layers, listed = of.layers, of.entries("moe_layers", 0)
    moe = len(listed) if listed else layers // of.size("interleave_moe_layer_step")
    dense = layers - moe
    return _plain(
        of,
        _grouped(of),
        expert_width=of.size("intermediate_size"),
        routed=of.size("num_local_experts"),
        shared=1,
        dense_layers=dense,
        dense_width=of.size("intermediate_size_mlp") if dense else 0,
    )


def _kimi_linear(of: Settings) -> Shape:
    """Kimi K3: linear attention, latent attention every fourth layer, experts at a width of their own."""
    delta, full = _kimi_delta(of)
    latent = Latent(
        heads=of.size("num_attention_heads"),
        q_rank=of.optional("q_lora_rank") or None,
        kv_rank=of.size("kv_lora_rank"),
        nope=of.size("qk_nope_head_dim"),
        rope=of.size("qk_rope_head_dim"),
        value=of.size("v_head_dim"),
        output_gate=of.flag("mla_use_output_gate"),
    )
    return Shape(
        hidden=of.size("hidden_size"),
        vocab=of.size("vocab_size"),
        attention=((delta, max(0, of.layers - full)), (latent, full)),
        dense_layers=of.optional("first_k_dense_replace", most=MAX_LAYERS),
        dense_width=of.size("intermediate_size"),
        expert_width=of.size("moe_intermediate_size"),
        latent=of.optional("routed_expert_hidden_size") or None,
        latent_norm=of.flag("latent_moe_use_norm"),
        routed=of.size("num_experts"),
        shared=of.optional("num_shared_experts"),
        top_k=of.size("num_experts_per_token"),
        router_biases=1,
        tied=of.tied,
    )


def _kimi_delta(of: Settings) -> tuple[KimiDelta, int]:
    """The linear attention, and how many layers have the other kind."""
    linear = of.values.get("linear_attn_config")
    if not isinstance(linear, dict):
        raise PublishedError("missing", name=of.name, keys="linear_attn_config")
    if not linear.get("use_full_rank_gate"):
        found = "kimi_linear without a full-rank gate"
        raise PublishedError("architecture", name=of.name, found=found, known="Kimi K3")
    inner = Settings(linear, of.name)
    full = len(inner.entries("full_attn_layers", 1) or ())
    delta = KimiDelta(
        heads=inner.size("num_heads"),
        head_dim=inner.size("head_dim"),
        kernel=inner.size("short_conv_kernel_size"),
    )
    inner.check()
    return delta, full


READERS: dict[str, Callable[[Settings], Shape]] = {
    "deepseek": _deepseek,
    "deepseek_v2": _deepseek_mla,
    "deepseek_v3": _deepseek_mla,
    "deepseek_v32": _deepseek_mla,
    "deepseek_v4": _deepseek_v4,
    "deepseek_v41_text": _deepseek_v41,
    "glm4_moe": _glm4_moe,
    "glm_moe_dsa": _deepseek_mla,
    "gpt_oss": _gpt_oss,
    "kimi_k2": _deepseek_mla,
    "kimi_linear": _kimi_linear,
    "llama4_text": _llama4,
    "minimax_m2": _minimax_m2,
    "mixtral": _mixtral,
    "olmoe": _olmoe,
    "qwen3_moe": _qwen3_moe,
    "qwen3_next": _qwen3_next,
}
