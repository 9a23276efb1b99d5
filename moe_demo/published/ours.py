"""A model of this project, counted as the published ones are."""

from __future__ import annotations

from moe_demo.config import ModelConfig
from moe_demo.published.attention import GroupedQuery
from moe_demo.published.shape import Shape


def shape_of(model: ModelConfig) -> Shape:
    """Its sizes. It has a second input table, of character n-grams, and a head over classes instead of tokens."""
    heads = GroupedQuery(heads=model.n_heads, kv_heads=model.n_heads, head_dim=model.dim // model.n_heads)
    return Shape(
        hidden=model.dim,
        vocab=model.vocab_size,
        ngram_rows=model.n_buckets,
        attention=((heads, model.n_layers),),
        expert_width=model.expert_dim,
        routed=model.n_routed,
        shared=model.n_shared,
        top_k=model.top_k,
        router_biases=1,
        extra_ffn=model.ffn_dim,
        extra_norms=1 if model.ffn_dim else 0,
        classes=model.n_classes,
        final_norm=model.final_norm,
    )
