"""What is said where a run folder cannot be used."""

import pytest

from moe_demo.runs.store import RunError


def sentence(action) -> str:
    """What a RunError says: one sentence, without a line break."""
    with pytest.raises(RunError) as caught:
        action()
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    return text
