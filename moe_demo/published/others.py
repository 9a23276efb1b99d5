"""Models of other makers, for comparison: those of which a configuration with its revision could be read."""

from __future__ import annotations

from moe_demo.published.attention import GatedDelta, GroupedQuery, KimiDelta, Latent
from moe_demo.published.shape import Published, Shape, Source


def _transformers(model: str) -> Source:
    """The defaults of the class, where they are those of the checkpoint it names."""
    return Source(where=f"transformers, models/{model}/configuration_{model}.py", revision="5.23.0")


MIXTRAL = Published(
    name="mixtral-8x7b",
    title="Mixtral 8x7B",
    shape=Shape(
        hidden=4096,
        vocab=32000,
        attention=((GroupedQuery(heads=32, kv_heads=8, head_dim=128), 32),),
        expert_width=14336,
        routed=8,
        top_k=2,
    ),
    sources=(_transformers("mixtral"),),
    notes=("not_eight_times_seven",),
)

OLMOE = Published(
    name="olmoe-1b-7b",
    title="OLMoE-1B-7B",
    shape=Shape(
        hidden=2048,
        vocab=50304,
        attention=((GroupedQuery(heads=16, kv_heads=16, head_dim=128, qk_norm="all"), 16),),
        expert_width=1024,
        routed=64,
        top_k=8,
    ),
    sources=(
        Source(
            where="huggingface.co/allenai/OLMoE-1B-7B-0924, config.json",
            revision="c1b31da0c8e885c688902634d444982ca419aa33",
        ),
    ),
    total=6.9e9,
    activated=1.3e9,
    said_in=Source(where="arXiv 2409.02060", section="abstract"),
    embeddings="both",
    notes=("class_default",),
)

GPT_OSS_120B = Published(
    name="gpt-oss-120b",
    title="gpt-oss-120b",
    shape=Shape(
        hidden=2880,
        vocab=201088,
        attention=(
            (GroupedQuery(heads=64, kv_heads=8, head_dim=64, bias=True, output_bias=True, sinks=True), 36),
        ),
        expert_width=2880,
        routed=128,
        top_k=4,
        router_linear_bias=True,
        expert_bias=True,
    ),
    sources=(_transformers("gpt_oss"),),
)

QWEN3_30B = Published(
    name="qwen3-30b-a3b",
    title="Qwen3-30B-A3B",
    shape=Shape(
        hidden=2048,
        vocab=151936,
        attention=((GroupedQuery(heads=32, kv_heads=4, head_dim=128, qk_norm="head"), 48),),
        expert_width=768,
        routed=128,
        top_k=8,
    ),
    sources=(
        Source(where="gitcode.com/Ascend/MindSpeed-RL, configs/model/qwen3_30b_a3b.yaml", revision="master"),
    ),
    total=30e9,
    activated=3e9,
    said_in=Source(where="docs.nvidia.com/nemo/megatron-bridge, models/qwen/qwen3-moe", revision="nightly"),
    notes=("class_default",),
)

QWEN3_235B = Published(
    name="qwen3-235b-a22b",
    title="Qwen3-235B-A22B",
    shape=Shape(
        hidden=4096,
        vocab=151936,
        attention=((GroupedQuery(heads=64, kv_heads=4, head_dim=128, qk_norm="head"), 94),),
        expert_width=1536,
        routed=128,
        top_k=8,
    ),
    sources=(
        Source(
            where="gitcode.com/Ascend/MindSpeed-RL, configs/model/qwen3_235b_a22b.yaml", revision="master"
        ),
    ),
    total=235e9,
    activated=22e9,
    said_in=Source(where="docs.nvidia.com/nemo/megatron-bridge, models/qwen/qwen3-moe", revision="nightly"),
)

_DELTA = GatedDelta(key_heads=16, value_heads=32, key_dim=128, value_dim=128, kernel=4)
_FULL = GroupedQuery(heads=16, kv_heads=2, head_dim=256, qk_norm="head", output_gate=True)

QWEN3_NEXT = Published(
    name="qwen3-next-80b-a3b",
    title="Qwen3-Next-80B-A3B",
    shape=Shape(
        hidden=2048,
        vocab=151936,
        attention=((_DELTA, 36), (_FULL, 12)),
        expert_width=512,
        routed=512,
        shared=1,
        shared_gate=True,
        top_k=10,
    ),
    sources=(_transformers("qwen3_next"),),
    total=80e9,
    activated=3e9,
    said_in=Source(where="huggingface.co/Qwen/Qwen3-Next-80B-A3B-Instruct", section="its name"),
)

GLM_45_AIR = Published(
    name="glm-4.5-air",
    title="GLM-4.5-Air",
    shape=Shape(
        hidden=4096,
        vocab=151552,
        attention=((GroupedQuery(heads=96, kv_heads=8, head_dim=128, bias=True), 46),),
        dense_layers=1,
        dense_width=10944,
        expert_width=1408,
        routed=128,
        shared=1,
        top_k=8,
        router_biases=1,
    ),
    sources=(
        Source(
            where="huggingface.co/PrimeIntellect/INTELLECT-3-Base, config.json: a copy of its base model's",
            revision="e087901694d3aa3f963e180f88fb684f4e90ab77",
        ),
    ),
    total=106e9,
    activated=12e9,
    said_in=Source(where="transformers documentation, model_doc/glm4_moe", section="overview"),
    embeddings="none",
    notes=("class_default",),
)

GLM_5 = Published(
    name="glm-5",
    title="GLM-5",
    shape=Shape(
        hidden=6144,
        vocab=154880,
        attention=(
            (
                Latent(
                    heads=64,
                    q_rank=2048,
                    kv_rank=512,
                    nope=192,
                    rope=64,
                    value=256,
                    index_heads=32,
                    index_dim=128,
                ),
                78,
            ),
        ),
        dense_layers=3,
        dense_width=12288,
        expert_width=2048,
        routed=256,
        shared=1,
        top_k=8,
        router_biases=1,
    ),
    sources=(_transformers("glm_moe_dsa"),),
)

MINIMAX_M2 = Published(
    name="minimax-m2",
    title="MiniMax-M2",
    shape=Shape(
        hidden=3072,
        vocab=200064,
        attention=((GroupedQuery(heads=48, kv_heads=8, head_dim=128, qk_norm="all"), 62),),
        expert_width=1536,
        routed=256,
        top_k=8,
        router_biases=1,
    ),
    sources=(_transformers("minimax_m2"),),
)

KIMI_K2 = Published(
    name="kimi-k2",
    title="Kimi K2",
    shape=Shape(
        hidden=7168,
        vocab=163840,
        attention=((Latent(heads=64, q_rank=1536, kv_rank=512, nope=128, rope=64, value=128), 61),),
        dense_layers=1,
        dense_width=18432,
        expert_width=2048,
        routed=384,
        shared=1,
        top_k=8,
        router_biases=1,
    ),
    sources=(
        Source(
            where="github.com/NVIDIA-NeMo/Megatron-Bridge, src/megatron/bridge/models/kimi/kimi_provider.py",
            revision="1e59114075c83a04b94bed4f1f44e848e521024d",
        ),
    ),
    total=1e12,
    activated=32e9,
    said_in=Source(where="moonshotai.github.io/Kimi-K2"),
    notes=("no_groups",),
)

_KIMI_K3_MLA = Latent(heads=96, q_rank=1536, kv_rank=512, nope=128, rope=64, value=128, output_gate=True)

KIMI_K3 = Published(
    name="kimi-k3",
    title="Kimi K3",
    shape=Shape(
        hidden=7168,
        vocab=163840,
        attention=((KimiDelta(heads=96, head_dim=128, kernel=4), 69), (_KIMI_K3_MLA, 24)),
        dense_layers=1,
        dense_width=33792,
        expert_width=3072,
        latent=3584,
        latent_norm=True,
        routed=896,
        shared=2,
        top_k=16,
        router_biases=1,
    ),
    sources=(
        Source(
            where="github.com/NVIDIA-NeMo/Automodel, nemo_automodel/components/models/kimi_k3/config.py",
            revision="4bca7a6a0bc26b798c52b4acd676677a3fcdcb88",
        ),
        Source(
            where="github.com/NVIDIA-NeMo/Automodel, nemo_automodel/components/models/kimi_k3/model.py",
            revision="00ef9ca241e8b06fb7f59eb70b1cad1cc5c357bb",
        ),
    ),
    total=2.78e12,
    activated=104e9,
    said_in=Source(where="github.com/FareedKhan-dev/kimi-k3-in-c, docs/ARCHITECTURE.md", revision="main"),
    notes=("latent_experts", "attention_residuals"),
)

OTHERS = (
    MIXTRAL,
    OLMOE,
    GPT_OSS_120B,
    QWEN3_30B,
    QWEN3_235B,
    QWEN3_NEXT,
    GLM_45_AIR,
    GLM_5,
    MINIMAX_M2,
    KIMI_K2,
    KIMI_K3,
)
