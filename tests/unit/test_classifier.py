"""The classifier: headlines do not see each other, order matters through attention, the article's order is kept."""

from dataclasses import replace

import pytest
import torch

from moe_demo.model.batch import TokenBatch
from moe_demo.model.classifier import Classifier, mean_pool
from moe_demo.presets import PRESETS
from moe_demo.text.tokenizer import NgramHasher, TextEncoder, Vocabulary

TEXTS = ["苹果公司发布了最新的iPhone 15", "火箭夺冠", "流量明星直播带货 观众热议"]
ENCODER = TextEncoder(Vocabulary(["苹果公司", "发布", "火箭"]), NgramHasher(64, 1, 2))


@pytest.fixture(params=PRESETS)
def model(request) -> Classifier:
    torch.manual_seed(0)
    config = replace(
        PRESETS[request.param].model, vocab_size=4, n_buckets=64, embedding_std=1.0, router_std=1.0
    )
    return Classifier(config).eval()


def batch_of(*texts: str) -> TokenBatch:
    return TokenBatch.of([ENCODER.encode(text) for text in texts])


def test_a_headline_alone_and_in_company_is_classified_alike(model):
    """Nothing pads a batch, so nothing can leak or be counted as load."""
    together_BC = model(batch_of(*TEXTS)).logits_BC
    alone_BC = torch.cat([model(batch_of(text)).logits_BC for text in TEXTS])
    torch.testing.assert_close(together_BC, alone_BC, atol=1e-5, rtol=1e-4)


def test_loads_count_real_tokens_only(model):
    batch = batch_of(*TEXTS)
    for routing in model(batch).routings:
        assert len(routing.topk_idx_TK) == int(batch.lengths_B.sum())


def test_routers_asked_alone_decide_as_in_a_whole_pass(model):
    batch = batch_of(*TEXTS)
    whole, alone = model(batch).routings, model.routings(batch)
    assert len(alone) == len(whole) == model.config.n_layers
    for expected, found in zip(whole, alone, strict=True):
        assert torch.equal(found.topk_idx_TK, expected.topk_idx_TK)
        assert torch.equal(found.gates_TK, expected.gates_TK)


def test_word_order_matters(model):
    one, other = model(batch_of("火箭 发布")), model(batch_of("发布 火箭"))
    assert not torch.allclose(one.logits_BC, other.logits_BC, atol=1e-4)


def test_in_the_articles_order_routes_depend_on_the_word_alone():
    config = replace(PRESETS["document"].model, vocab_size=4, n_buckets=64)
    model = Classifier(config).eval()
    first = model(batch_of("苹果公司 发布")).blocks[0].routing.scores_TE[0]
    second = model(batch_of("火箭 火箭 苹果公司")).blocks[0].routing.scores_TE[2]
    torch.testing.assert_close(first, second)


def test_hidden_tokens_exist_in_training_only(model):
    batch = batch_of(*TEXTS)
    assert torch.equal(model(batch).logits_BC, model(batch).logits_BC)
    model.train()
    assert not torch.equal(model(batch).logits_BC, model(batch).logits_BC)


def test_pooled_vector_is_the_mean_of_what_stands_before_it(model):
    output = model(batch_of(TEXTS[0]))
    averaged_TD = model.norm(output.blocks[-1].output_TD)
    times = [*model.config.few_words_divisors, 1, 1, 1][2]  # two of its words are known
    expected_D = averaged_TD.sum(0) / (times * (len(averaged_TD) + model.config.pooling_pseudocount))
    torch.testing.assert_close(output.pooled_BD[0], expected_D)


def test_few_known_words_count_for_less_and_in_training_for_as_much():
    """A word said twice is one, a single character says too little, and 哈哈 is not known."""
    config = replace(PRESETS["deepseek"].model, vocab_size=5, n_buckets=64)
    model = Classifier(config).eval()
    encoder = TextEncoder(Vocabulary(["苹果公司", "发布", "火箭", "球"]), NgramHasher(64, 1, 2))
    texts = ["苹果公司 发布", "火箭 发布 哈哈", "火箭 火箭", "火箭 球", "火箭", "哈哈 哈哈"]
    batch = TokenBatch.of([encoder.encode(text) for text in texts])
    plain_B = batch.lengths_B + config.pooling_pseudocount
    none, one, two, _ = times = config.few_words_divisors
    assert list(times) == sorted(times, reverse=True)
    assert batch.n_known_words_B.tolist() == [2, 2, 1, 1, 1, 0]
    times_B = torch.tensor([two, two, one, one, one, none])
    torch.testing.assert_close(model.pooling_counts(batch), plain_B * times_B)
    five = TokenBatch.of([encoder.encode("苹果公司 发布 火箭 球 苹果公司发布 火箭球 发布 苹果公司")])
    assert five.n_known_words_B.tolist() == [3]
    model.config = replace(config, few_words_divisors=(3.0, 2.0))
    assert model.eval().pooling_counts(five).tolist() == [float(five.lengths_B[0]) + 2]
    torch.testing.assert_close(model.train().pooling_counts(batch), plain_B)


def test_ngrams_that_no_known_word_has_count_as_zeros_in_the_mean():
    """Of 火山 only 火 is in a known word, 火箭: a third of its row; of 哈 nothing but the row of unknown words."""
    config = replace(PRESETS["deepseek"].model, vocab_size=2, n_buckets=64)
    embedding = Classifier(config).embedding
    encoder = TextEncoder(Vocabulary(["火箭"]), NgramHasher(64, 1, 2, words=["火箭"]))
    batch = TokenBatch.of([encoder.encode("火箭"), encoder.encode("火山"), encoder.encode("哈")])
    word, rows = embedding.word.weight, embedding.ngram.weight
    fire, arrow, both = NgramHasher(64, 1, 2).ids("火箭").tolist()
    expected = [word[1] + (rows[fire] + rows[arrow] + rows[both]) / 3, word[0] + rows[fire] / 3, word[0]]
    torch.testing.assert_close(embedding(batch), torch.stack(expected))
    embedding(batch).sum().backward()
    others = [row for row in range(64) if row not in (fire, arrow, both)]
    assert not rows.grad[others].any()


def test_a_pseudocount_draws_the_mean_of_few_words_towards_nothing():
    """One word of (3, 6) beside two of nothing: (1, 2). Six such words: 6 / 8 of them are left."""
    batch = batch_of("火箭", "火箭 " * 6)
    x_TD = torch.tensor([3.0, 6.0]).expand(7, 2)
    n_B = batch.lengths_B
    torch.testing.assert_close(mean_pool(x_TD, batch, n_B), torch.tensor([[3.0, 6.0], [3.0, 6.0]]))
    torch.testing.assert_close(mean_pool(x_TD, batch, n_B + 2.0), torch.tensor([[1.0, 2.0], [2.25, 4.5]]))
