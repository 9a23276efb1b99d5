"""From files of headlines to what a trainer takes: a corpus, its split, the encoder of its training half."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from moe_demo.config import LABELS, RunConfig
from moe_demo.text.corpus import (
    Corpus,
    Headline,
    Split,
    builtin_corpus,
    read_corpus,
    stratified_split,
    text_key,
)
from moe_demo.text.tokenizer import NgramHasher, TextEncoder, Vocabulary

BUILTIN = "builtin"


@dataclass(frozen=True, kw_only=True)
class DataInfo:
    """The headlines a run was trained on, known again by their fingerprint."""

    source: str
    """`builtin`, or the names of the files."""
    files: list[str]
    """Where the files were, empty for the built-in corpus."""
    n_train: int
    n_held_out: int
    fingerprint: str
    """Hash over every headline with its label and its side of the split."""


def read_corpora(files: Sequence[Path], labels: tuple[str, ...] = LABELS) -> Corpus:
    """All labelled headlines of these files as one corpus; of the built-in one where no file is named.

    A headline that stands in two files counts once, and not at all where the files disagree about its class.
    """
    corpora = [read_corpus(file, labels=labels) for file in files] or [builtin_corpus()]
    if len(corpora) == 1:
        return corpora[0]
    labels_of: dict[str, set[str]] = {}
    first_of: dict[str, Headline] = {}
    for headline in (headline for corpus in corpora for headline in corpus.headlines):
        key = text_key(headline.text)
        labels_of.setdefault(key, set()).add(headline.label)
        first_of.setdefault(key, headline)
    return replace(
        corpora[0],
        headlines=tuple(headline for key, headline in first_of.items() if len(labels_of[key]) == 1),
        source=" + ".join(corpus.source for corpus in corpora),
        rejected=tuple(row for corpus in corpora for row in corpus.rejected),
    )


def split_of(corpus: Corpus, config: RunConfig) -> Split:
    """The fixed split under this configuration."""
    return stratified_split(corpus, config.held_out_fraction)


def data_info(files: Sequence[Path], split: Split) -> DataInfo:
    """What is noted of the data in the run folder."""
    return DataInfo(
        source=" + ".join(file.name for file in files) or BUILTIN,
        files=[str(file.resolve()) for file in files],
        n_train=len(split.train),
        n_held_out=len(split.held_out),
        fingerprint=fingerprint(split),
    )


def fingerprint(split: Split) -> str:
    """The same for the same headlines, labels and split, wherever the file lies and whatever it is called."""
    digest = hashlib.blake2b(digest_size=16)
    for side in (split.train, split.held_out):
        for headline in side.headlines:
            digest.update(f"{headline.label}\t{headline.text}\n".encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


def training_vocabulary(config: RunConfig, train: Corpus) -> Vocabulary:
    """Words of the training half only: the held-out half must stay unseen."""
    return Vocabulary.from_texts(train.texts, min_count=config.min_count, max_tokens=config.model.max_tokens)


def text_encoder(config: RunConfig, vocabulary: Vocabulary) -> TextEncoder:
    """The way a run turns text into numbers."""
    model = config.model
    words = vocabulary.words if model.only_known_ngrams else None
    hasher = NgramHasher(model.n_buckets, model.min_n, model.max_n, words)
    return TextEncoder(vocabulary, hasher, max_tokens=model.max_tokens, with_kinds=model.kind_biases)
