"""What a step reads: whole texts with words left out, and texts of no class that are made of words of the others."""

from dataclasses import replace

import pytest
import torch

from moe_demo.model.batch import TokenBatch
from moe_demo.training.batches import AHEAD, WORD_ROWS_SHARE, Batches
from moe_demo.training.train import build_trainer
from tests import toy

TEXTS = ["苹果公司发布新手机", "国足进球", "哈"]


def batches(**values) -> Batches:
    return build_trainer(toy.config(**values), toy.split()).batches


def encoded(texts: list[str]) -> TokenBatch:
    trainer = build_trainer(toy.config(), toy.split())
    return TokenBatch.of([trainer.encoder.encode(text) for text in texts])


def words_of(batch: TokenBatch) -> list[tuple[int, tuple[int, ...]]]:
    """Each token as its word row and its n-gram rows."""
    ends = [*batch.ngram_offsets_T.tolist()[1:], len(batch.ngram_ids)]
    begins = batch.ngram_offsets_T.tolist()
    return [
        (word, tuple(batch.ngram_ids[begin:end].tolist()))
        for word, begin, end in zip(batch.word_ids_T.tolist(), begins, ends, strict=True)
    ]


def test_a_batch_keeps_the_words_it_is_told_to_with_their_pieces():
    batch = encoded(TEXTS)
    kept_T = torch.ones(len(batch.word_ids_T), dtype=torch.bool)
    kept_T[[1, 2]] = False
    found = batch.keep(kept_T)
    expected = [word for word, kept in zip(words_of(batch), kept_T.tolist(), strict=True) if kept]
    assert words_of(found) == expected
    assert found.lengths_B.tolist() == [int(batch.lengths_B[0]) - 2, *batch.lengths_B.tolist()[1:]]


def test_batches_split_from_one_are_those_selected_from_it():
    batch = encoded([*TEXTS, *TEXTS[:1]])
    rows = torch.arange(len(batch.lengths_B)).split(2)
    parts = batch.split(2)
    assert [len(part.lengths_B) for part in parts] == [len(rows_B) for rows_B in rows]
    for part, rows_B in zip(parts, rows, strict=True):
        alone = batch.select(rows_B)
        assert words_of(part) == words_of(alone)
        assert torch.equal(part.lengths_B, alone.lengths_B)


@pytest.mark.parametrize("left_out", [0.0, 0.5])
def test_what_a_step_reads_does_not_depend_on_the_steps_it_is_put_together_with(left_out: float):
    wanted = {"outlier_weight": 1.0, "words_left_out": left_out}
    through, inside = batches(**wanted), batches(**wanted)
    one_by_one = [through.at(step) for step in range(AHEAD + 3)]
    for step in (AHEAD + 2, 5, 3):
        found, expected = inside.at(step), one_by_one[step]
        assert words_of(found.batch) == words_of(expected.batch)
        assert torch.equal(found.batch.lengths_B, expected.batch.lengths_B)
        assert torch.equal(found.rows_B, expected.rows_B)
        assert torch.equal(found.kept_T, expected.kept_T)


def test_about_the_share_asked_for_is_left_out_and_no_text_is_left_empty():
    whole, part = (batches(words_left_out=share, outlier_weight=1.0).at(3) for share in (0.0, 0.6))
    n_words = len(whole.batch.word_ids_T)
    assert whole.kept_T.all()
    assert len(part.kept_T) == n_words
    assert len(part.batch.word_ids_T) == int(part.kept_T.sum())
    assert 0.35 < 1 - len(part.batch.word_ids_T) / n_words < 0.75
    assert (part.batch.lengths_B >= 1).all()
    assert len(part.batch.lengths_B) == len(whole.batch.lengths_B)


def test_a_share_of_the_texts_of_no_class_is_made_of_words_of_training_headlines():
    found = batches(outlier_weight=1.0, outlier_share=1.0, batch_size=30, word_dropout=0.0)
    known = set(words_of(found.texts.first(found.n_train)))
    n_made = round(WORD_ROWS_SHARE * found.outliers_per_batch)
    assert n_made == 6
    n_repeats = 0
    for step in range(20):
        batch = found.at(step).batch
        lengths = batch.lengths_B.tolist()
        assert len(lengths) == 60
        made = words_of(batch)[sum(lengths[:-n_made]) :]
        assert set(made) <= known
        repeat = made[: lengths[-n_made]]
        n_repeats += len(set(repeat)) <= 2
        blind = made[-lengths[-1] :]
        assert all(len(rows) == 1 for _, rows in blind)
    assert n_repeats == 20


@pytest.mark.parametrize("max_tokens", [1, 2, 5, 8, 13])
def test_no_text_made_of_words_is_longer_than_the_model_reads(max_tokens: int):
    model = replace(toy.config().model, max_tokens=max_tokens)
    trainer = build_trainer(toy.config(model=model, outlier_weight=1.0), toy.split())
    lengths = torch.cat([trainer.batches.at(step).batch.lengths_B for step in range(4)])
    assert int(lengths.max()) <= max_tokens
    assert trainer.step().finite
