"""DeepSeek's models with experts, from the first to V4.1, as their configurations were published."""

from __future__ import annotations

from dataclasses import replace

from moe_demo.published.attention import (
    Attention,
    Compressed,
    GroupedQuery,
    Latent,
    SharedCompressed,
)
from moe_demo.published.shape import Engram, Mtp, Published, Shape, Source

_TORCHTITAN = Source(
    where="github.com/pytorch/torchtitan, torchtitan/models/deepseek_v4/flavors.py",
    revision="10503c1c3c113e0715f203b11a505e0b817289c3",
)
_TRANSFORMERS_V4 = Source(
    where="transformers, models/deepseek_v4/modeling_deepseek_v4.py and configuration_deepseek_v4.py",
    revision="5.23.0",
)
_V4_REPORT = Source(where="DeepSeek-V4 technical report", section="abstract and section 4.2")
_AUTOMODEL = "github.com/NVIDIA-NeMo/Automodel, nemo_automodel/components/models/deepseek_v41"


def _multi_head(heads: int) -> GroupedQuery:
    return GroupedQuery(heads=heads, kv_heads=heads, head_dim=128)


_MLA = Latent(heads=128, q_rank=1536, kv_rank=512, nope=128, rope=64, value=128)

MOE_16B = Published(
    name="deepseek-moe-16b",
    title="DeepSeekMoE 16B",
    family="deepseek",
    shape=Shape(
        hidden=2048,
        vocab=102400,
        attention=((_multi_head(16), 28),),
        dense_layers=1,
        dense_width=10944,
        expert_width=1408,
        routed=64,
        shared=2,
        top_k=6,
    ),
    sources=(
        Source(where="huggingface.co/deepseek-ai/deepseek-moe-16b-base, config.json", revision="7c0fdaa"),
        Source(where="arXiv 2401.06066", section="section 5.1.2"),
    ),
    total=16.4e9,
    activated=2.8e9,
    said_in=Source(where="arXiv 2401.06066", section="section 5.1.2"),
    embeddings="both",
)

V2_LITE = Published(
    name="deepseek-v2-lite",
    title="DeepSeek-V2-Lite",
    family="deepseek",
    shape=Shape(
        hidden=2048,
        vocab=102400,
        attention=((replace(_MLA, heads=16, q_rank=None), 27),),
        dense_layers=1,
        dense_width=10944,
        expert_width=1408,
        routed=64,
        shared=2,
        top_k=6,
    ),
    sources=(
        Source(
            where="huggingface.co/deepseek-ai/DeepSeek-V3, inference/configs/config_16B.json",
            revision="dd31960",
        ),
        Source(where="arXiv 2405.04434", section="appendix B"),
    ),
    total=15.7e9,
    activated=2.4e9,
    said_in=Source(where="arXiv 2405.04434", section="appendix B"),
)

V2 = Published(
    name="deepseek-v2",
    title="DeepSeek-V2",
    family="deepseek",
    shape=Shape(
        hidden=5120,
        vocab=102400,
        attention=((_MLA, 60),),
        dense_layers=1,
        dense_width=12288,
        expert_width=1536,
        routed=160,
        shared=2,
        top_k=6,
    ),
    sources=(
        Source(
            where="huggingface.co/deepseek-ai/DeepSeek-V2-Chat, config.json",
            revision="f1e9ce2c2c673fed87bbbfe625100c1589615c64",
        ),
        Source(where="arXiv 2405.04434", section="section 3.1.2"),
    ),
    total=236e9,
    activated=21e9,
    said_in=Source(where="arXiv 2405.04434", section="abstract and section 3.1.2"),
)

V3 = Published(
    name="deepseek-v3",
    title="DeepSeek-V3",
    family="deepseek",
    shape=Shape(
        hidden=7168,
        vocab=129280,
        attention=((_MLA, 61),),
        dense_layers=3,
        dense_width=18432,
        expert_width=2048,
        routed=256,
        shared=1,
        top_k=8,
        router_biases=1,
        mtp=Mtp(modules=1, attention=_MLA),
    ),
    sources=(
        Source(where="transformers, models/deepseek_v3/configuration_deepseek_v3.py", revision="5.23.0"),
        Source(where="arXiv 2412.19437", section="section 4.2"),
    ),
    total=671e9,
    activated=37e9,
    said_in=Source(where="arXiv 2412.19437", section="abstract and section 4.2"),
    notes=("mtp_outside", "v31_v32"),
)


def _compressed(heads: int, q_rank: int, o_groups: int, ratio: int) -> Compressed:
    index = {"index_heads": 64, "index_dim": 128} if ratio == 4 else {}
    return Compressed(
        heads=heads, head_dim=512, q_rank=q_rank, o_groups=o_groups, o_rank=1024, ratio=ratio, **index
    )


def _v4_attention(
    heads: int, q_rank: int, o_groups: int, ratios: list[int]
) -> tuple[tuple[Attention, int], ...]:
    return tuple((_compressed(heads, q_rank, o_groups, ratio), 1) for ratio in ratios)


V4_FLASH = Published(
    name="deepseek-v4-flash",
    title="DeepSeek-V4-Flash",
    family="deepseek",
    shape=Shape(
        hidden=4096,
        vocab=129280,
        attention=_v4_attention(64, 1024, 8, [0, 0, *[4, 128] * 20, 4]),
        expert_width=2048,
        routed=256,
        shared=1,
        top_k=6,
        router_biases=1,
        hash_layers=3,
        streams=4,
        mtp=Mtp(modules=1, attention=_compressed(64, 1024, 8, 0)),
    ),
    sources=(_TORCHTITAN, _TRANSFORMERS_V4),
    total=284e9,
    activated=13e9,
    said_in=_V4_REPORT,
    notes=("hash_layers", "no_groups"),
)

V4_PRO = Published(
    name="deepseek-v4-pro",
    title="DeepSeek-V4-Pro",
    family="deepseek",
    shape=Shape(
        hidden=7168,
        vocab=129280,
        attention=_v4_attention(128, 1536, 16, [128, *[128, 4] * 30]),
        expert_width=3072,
        routed=384,
        shared=1,
        top_k=6,
        router_biases=1,
        hash_layers=3,
        streams=4,
        mtp=Mtp(modules=1, attention=_compressed(128, 1536, 16, 0)),
    ),
    sources=(_TORCHTITAN, _TRANSFORMERS_V4),
    total=1.6e12,
    activated=49e9,
    said_in=_V4_REPORT,
    mtp_in_total=True,
    notes=("two_digits", "hash_layers", "no_groups"),
)


def _v41_attention() -> tuple[tuple[Attention, int], ...]:
    """20 layers of the encoder, of which the first two have a window alone, and 20 of the decoder."""
    keys, chooses = (2, 8, 14, 20), (2, 8, 14, 20, 24, 28, 32, 36)
    ratios = [0, 0, *[2] * 18, *[1] * 20]
    return tuple(
        (
            SharedCompressed(
                heads=64,
                head_dim=512,
                q_rank=1280,
                o_groups=8,
                o_rank=1024,
                ratio=ratio,
                keys=layer in keys,
                index_heads=32 if layer in chooses else 0,
                index_dim=128 if layer in chooses else 0,
            ),
            1,
        )
        for layer, ratio in enumerate(ratios)
    )


V41_FLASH = Published(
    name="deepseek-v4.1-flash",
    title="DeepSeek-V4.1-Flash",
    family="deepseek",
    shape=Shape(
        hidden=5120,
        vocab=129280,
        attention=_v41_attention(),
        expert_width=2304,
        routed=384,
        shared=1,
        top_k=6,
        router_biases=2,
        streams=4,
        engram=Engram(rows=(384006168, 384016682), width=256, columns=24),
        encoder_layers=20,
    ),
    sources=(
        Source(where=f"{_AUTOMODEL}/config.py", revision="014468d5fd0bb44162e9f9c3f024a5cccf0f7936"),
        Source(where=f"{_AUTOMODEL}/attention.py", revision="051bed21eb8875a0940dab58612276f3adf8d498"),
        Source(where=f"{_AUTOMODEL}/engram.py", revision="044410b503e204b49d613471fc24a1c1bc57e07e"),
        Source(
            where="huggingface.co/deepseek-ai/DeepSeek-V4.1-Flash, as the two files name it",
            revision="df42c109f1defefcbfcedbe7d905718a12266e40",
        ),
    ),
    total=552e9,
    activated=16e9,
    prefill=8e9,
    said_in=Source(
        where=f"{_AUTOMODEL}/README.md",
        revision="486efbbee173481c524d7538ab5ad9c863d8bef6",
        section="552B and 196B; 8B and 16B: DeepSeek-V4.1 technical report",
    ),
    notes=("two_activated", "engram_outside", "vision_outside"),
)

DEEPSEEK = (MOE_16B, V2_LITE, V2, V3, V4_FLASH, V4_PRO, V41_FLASH)
