"""Attention: headlines share rows without seeing each other, and its written-out backward pass is the derivative."""

import pytest
import torch

from moe_demo.model.attention import Attention
from moe_demo.model.batch import TokenBatch
from moe_demo.model.rows import share_rows


def batch_of(*lengths: int) -> TokenBatch:
    """Headlines of so many words; which ones does not matter to attention."""
    nothing = torch.zeros(sum(lengths), dtype=torch.long)
    return TokenBatch(nothing, nothing, torch.arange(sum(lengths)), torch.tensor(lengths))


def one_by_one(attention: Attention, x_TD: torch.Tensor, batch: TokenBatch) -> torch.Tensor:
    """The same, word by word and head by head, in plain loops that autograd can follow."""
    out_TD, begin, d = [], 0, x_TD.shape[1] // attention.n_heads
    for length in batch.lengths_B.tolist():
        q, k, v = attention.qkv(x_TD[begin : begin + length]).view(length, 3, attention.n_heads, d).unbind(1)
        angle_d = torch.tensor([10_000.0 ** (-(i % (d // 2)) / (d // 2)) for i in range(d)], dtype=x_TD.dtype)
        sign_d = torch.tensor([-1.0] * (d // 2) + [1.0] * (d // 2), dtype=x_TD.dtype)

        def turned(x_Hd: torch.Tensor, at: int, angle_d=angle_d, sign_d=sign_d, d=d) -> torch.Tensor:
            return x_Hd * (at * angle_d).cos() + x_Hd.roll(d // 2, -1) * sign_d * (at * angle_d).sin()

        for i in range(length):
            fit_LH = torch.stack([(turned(q[i], i) * turned(k[j], j)).sum(-1) for j in range(length)])
            looks_LH1 = (fit_LH * d**-0.5).softmax(0).unsqueeze(-1)
            out_TD.append(attention.out((looks_LH1 * v).sum(0).flatten()))
        begin += length
    return torch.stack(out_TD)


@pytest.mark.parametrize("lengths", [(1,), (4, 1, 2), (3, 35, 1, 12, 17)])
def test_attention_equals_plain_loops_in_value_and_gradient(lengths):
    torch.manual_seed(0)
    attention, batch = Attention(8, 2, 64).double(), batch_of(*lengths)
    x_TD = torch.randn(sum(lengths), 8, dtype=torch.double, requires_grad=True)
    weight_TD = torch.randn(x_TD.shape, dtype=torch.double)
    outputs, gradients = [], []
    for output_TD in (attention(x_TD, batch), one_by_one(attention, x_TD, batch)):
        outputs.append(output_TD.detach())
        inputs = (x_TD, attention.qkv.weight, attention.out.weight)
        gradients.append(torch.autograd.grad((output_TD * weight_TD).sum(), inputs))
    torch.testing.assert_close(outputs[0], outputs[1], atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(gradients[0], gradients[1], atol=1e-5, rtol=1e-5)


def test_rows_worked_by_hand():
    """Rows as long as the longest, 40: 35 takes 5 along, 20 takes 17 and 3, 12 stands alone."""
    assert share_rows([5, 12, 40, 35, 3, 20, 17]) == ((4, 40), [75, 120, 0, 40, 117, 80, 100])
    assert share_rows([3, 2]) == ((1, 5), [0, 3])


def test_every_headline_has_places_of_its_own_in_one_row():
    generator = torch.Generator().manual_seed(0)
    for longest in (3, 30, 64):
        lengths = torch.randint(1, longest + 1, (100,), generator=generator).tolist()
        (n_rows, width), begin = share_rows(lengths)
        taken = sorted(
            place for start, n in zip(begin, lengths, strict=True) for place in range(start, start + n)
        )
        assert len(set(taken)) == sum(lengths)
        assert taken[-1] < n_rows * width
        assert all(
            start // width == (start + n - 1) // width for start, n in zip(begin, lengths, strict=True)
        )
        assert sum(lengths) > 0.9 * n_rows * width
