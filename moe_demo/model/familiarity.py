"""How much a text is like those a model was trained on: one number from its logits.

A softmax has to give its whole probability to the classes, whatever it is asked about; the size of the logits still
says how much of what the model knows was found in the text. Training beside texts of no class makes it small for them.
"""

from __future__ import annotations

from torch import Tensor


def familiarity(logits_BC: Tensor) -> Tensor:
    """ln of the sum of exp of the logits, shape (B,), higher is more familiar: minus the energy of arXiv 2010.03759.

    Beside a text that belongs to no class, whose logit would be 0, these are the log-odds that it belongs to one.
    """
    return logits_BC.logsumexp(-1)
