"""How the loss and accuracy of training batches are measured, beside those of the held-out headlines.

The trainer records what it minimises: words are hidden from the model, and the target is smoothed. Held-out headlines
are read as they are. So the two lines of a curve do not compare, and the curve says so.
"""

from __future__ import annotations

from moe_demo.config import RunConfig
from moe_demo.ui.kit.i18n import t


def batch_loss_is(config: RunConfig) -> str:
    """In words: what a training batch's loss contains that the held-out loss does not."""
    kind = {(True, True): "both", (True, False): "masked", (False, True): "smoothed", (False, False): "plain"}
    return t(f"measured.{kind[_hides_words(config), config.label_smoothing > 0]}")


def batch_accuracy_is(config: RunConfig) -> str:
    """In words: on what a training batch's accuracy is measured."""
    return t("measured.masked" if _hides_words(config) else "measured.plain")


def _hides_words(config: RunConfig) -> bool:
    return max(config.word_dropout, config.words_left_out, config.model.token_dropout) > 0
