"""Multi-head self-attention inside each headline, with rotary positions (arXiv 2104.09864).

Headlines are short: what costs time here is not to multiply but to start, to pad and to copy. So headlines share rows
(`rows.py`), tables have features first, so that every operation runs along places side by side, and the backward pass
is written out.

Letters: T tokens, D width, H heads of width d, R rows of W places, N = R x W places, X features of any kind.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from moe_demo.model.batch import TokenBatch
from moe_demo.model.rows import Rows


class Attention(nn.Module):
    """Each token becomes a mixture of what all tokens of its headline have to say."""

    cos_dW: Tensor
    sin_dW: Tensor

    def __init__(self, dim: int, n_heads: int, max_tokens: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.out = nn.Linear(dim, dim, bias=False)
        cos_dW, sin_dW = rotary_table(max_tokens, dim // n_heads)
        self.register_buffer("cos_dW", cos_dW, persistent=False)
        self.register_buffer("sin_dW", sin_dW, persistent=False)

    def forward(self, x_TD: Tensor, batch: TokenBatch) -> Tensor:
        """Shape (T, D) in, (T, D) out."""
        return _Attend.apply(x_TD, self.qkv.weight, self.out.weight, self._turns(batch), batch.rows)

    @torch.no_grad()
    def weights(self, x_TD: Tensor, batch: TokenBatch) -> Tensor:
        """How much each token of a batch of one headline looks at each other, shape (H, T, T); a row sums to 1."""
        turns = self._turns(batch)
        qkv_3HRdW = _queries_keys_values(batch.rows.spread(x_TD), self.qkv.weight, turns, batch.rows)
        return _looks(qkv_3HRdW[0], qkv_3HRdW[1], batch.rows)[:, 0].mT

    def _turns(self, batch: TokenBatch) -> tuple[Tensor, Tensor]:
        """Cosine and sine at each place, shape (d, N)."""
        position_N = batch.rows.position_N
        return self.cos_dW.index_select(1, position_N), self.sin_dW.index_select(1, position_N)


def rotary_table(n_positions: int, head_dim: int) -> tuple[Tensor, Tensor]:
    """Cosines and signed sines of every angle, shape (d, W): features i and i + d/2 are a pair."""
    half = head_dim // 2
    angle = torch.outer(10_000.0 ** (-torch.arange(half) / half), torch.arange(n_positions))
    return angle.cos().repeat(2, 1), torch.cat([-angle.sin(), angle.sin()])


def rotate(x_XdN: Tensor, cos_dN: Tensor, sin_dN: Tensor) -> Tensor:
    """Turn each pair of features by an angle that grows with the position; with -sin, back again."""
    return (x_XdN * cos_dN).addcmul_(x_XdN.roll(len(cos_dN) // 2, dims=-2), sin_dN)


def _queries_keys_values(x_ND: Tensor, qkv_XD: Tensor, turns: tuple[Tensor, Tensor], rows: Rows) -> Tensor:
    """Queries and keys, turned, and values, shape (3, H, R, d, W)."""
    d = len(turns[0])
    qkv_XdN = (qkv_XD @ x_ND.mT).view(-1, d, len(x_ND))
    n_turned = 2 * len(qkv_XdN) // 3
    qkv_XdN[:n_turned] = rotate(qkv_XdN[:n_turned], *turns)
    return qkv_XdN.view(3, -1, d, *rows.shape).transpose(2, 3).contiguous()


def _looks(q_HRdW: Tensor, k_HRdW: Tensor, rows: Rows) -> Tensor:
    """How much the token at one place (last axis) looks at that at another, shape (H, R, W, W); a column sums to 1.

    The scores stand with keys first: along the last axis nothing is summed up, and the softmax goes faster.
    """
    fit_HRWW = torch.matmul(k_HRdW.mT, q_HRdW)
    scale = q_HRdW.shape[-2] ** -0.5
    return torch.add(rows.apart_RWW, fit_HRWW, alpha=scale).softmax(-2)


class _Attend(torch.autograd.Function):
    """out(softmax(q k / sqrt(d)) v), with its backward pass written out.

    Autograd would find the same gradients with twice the operations. What is derived of an empty place is 0.
    """

    @staticmethod
    def forward(
        ctx: Any, x_TD: Tensor, qkv_XD: Tensor, out_DD: Tensor, turns: tuple[Tensor, Tensor], rows: Rows
    ) -> Tensor:
        x_ND = rows.spread(x_TD)
        qkv_3HRdW = _queries_keys_values(x_ND, qkv_XD, turns, rows)
        q_HRdW, k_HRdW, v_HRdW = qkv_3HRdW
        looks_HRWW = _looks(q_HRdW, k_HRdW, rows)
        mixed_DN = torch.matmul(v_HRdW, looks_HRWW).transpose(1, 2).reshape(len(out_DD), -1)
        ctx.save_for_backward(x_ND, qkv_XD, out_DD, qkv_3HRdW, looks_HRWW, mixed_DN)
        ctx.turns, ctx.rows = turns, rows
        return rows.collect(mixed_DN.mT @ out_DD.mT)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_output_TD: Tensor) -> tuple[Tensor | None, ...]:
        x_ND, qkv_XD, out_DD, qkv_3HRdW, looks_HRWW, mixed_DN = ctx.saved_tensors
        (cos_dN, sin_dN), rows = ctx.turns, ctx.rows
        q_HRdW, k_HRdW, v_HRdW = qkv_3HRdW
        n_heads, d = len(q_HRdW), len(cos_dN)
        d_output_ND = rows.spread_alone(d_output_TD)
        d_out_DD = d_output_ND.mT @ mixed_DN.mT
        d_mixed_HdRW = (out_DD.mT @ d_output_ND.mT).view(n_heads, d, *rows.shape)
        d_mixed_HRdW = d_mixed_HdRW.transpose(1, 2).contiguous()
        d_v_HRdW = torch.matmul(d_mixed_HRdW, looks_HRWW.mT)
        d_looks_HRWW = torch.matmul(v_HRdW.mT, d_mixed_HRdW)
        d_fit_HRWW = torch._softmax_backward_data(d_looks_HRWW, looks_HRWW, -2, looks_HRWW.dtype)
        d_q_HRdW, d_k_HRdW = torch.matmul(k_HRdW, d_fit_HRWW), torch.matmul(q_HRdW, d_fit_HRWW.mT)
        d_qkv = [table.transpose(1, 2) for table in (d_q_HRdW, d_k_HRdW, d_v_HRdW)]
        d_qkv_XdN = torch.stack(d_qkv).view(3 * n_heads, d, -1)
        turned_back_XdN, scale = d_qkv_XdN[: 2 * n_heads], d**-0.5
        turned_back_XdN.copy_(rotate(turned_back_XdN, cos_dN * scale, sin_dN * -scale))
        d_qkv_XN = d_qkv_XdN.view(3 * n_heads * d, -1)
        return rows.collect(d_qkv_XN.mT @ qkv_XD), d_qkv_XN @ x_ND, d_out_DD, None, None
