"""One plain line beside an answer when the sentence is unlike what the model was trained on.

The threshold comes from training: nine in ten held-out headlines are more familiar. Nothing is said of a run without
one, nor of one that was not trained beside texts of no class: what it thinks of those says little.
"""

from __future__ import annotations

from moe_demo.insight.run import Run
from moe_demo.insight.trace import ForwardTrace
from moe_demo.text.tokenizer import lookup_form
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.words import class_word

_NAMED = 4  # classes, at most: a longer list is no plain line


def unfamiliar_line(run: Run, trace: ForwardTrace) -> str:
    """Why not to rely on this answer, or an empty string: most words are unknown, few tell, or it is like no class."""
    if not run.config.outlier_weight or run.is_familiar(trace.familiarity) is not False:
        return ""
    n_unknown, n_words = int((~trace.known_T).sum()), len(trace.tokens)
    if 2 * n_unknown > n_words:
        return t("unfamiliar.unknown", n=n_words, unknown=n_unknown)
    n_telling = len(_telling_words(trace))
    if n_telling < len(run.config.model.few_words_divisors):
        return t("unfamiliar.few", n=n_telling)
    classes = [class_word(label) for label in trace.labels]
    if len(classes) > _NAMED:
        return t("unfamiliar.classes", n=len(classes))
    return t("unfamiliar.named", classes=t("common.comma").join(classes))


def _telling_words(trace: ForwardTrace) -> set[str]:
    """The different words of two characters or more that have a row: `TokenBatch.n_known_words_B` counts them."""
    known = zip(trace.tokens, trace.known_T, strict=True)
    return {lookup_form(word) for word, is_known in known if is_known and len(word) > 1}
