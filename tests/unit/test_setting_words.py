"""Every setting has words of its own in both languages, beside the name that files and `--set` have for it."""

import pytest

from moe_demo.insight.run_summary import flat
from moe_demo.presets import preset
from moe_demo.ui.kit.i18n import LANGUAGES, texts


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_setting_has_words_and_no_words_are_left_over(spoken: str):
    names = {name.rpartition(".")[2] for name in flat(preset("deepseek"))}
    said = {key.partition(".")[2]: text for key, text in texts(spoken).items() if key.startswith("settings.")}
    assert said.keys() == names
    assert len(set(said.values())) == len(said)
