"""Colours as WCAG 2 reckons them: every expert and every line of a run is seen on either ground."""

import itertools
import tomllib

import pytest

from moe_demo.figures.theme import GROUND, NEUTRAL, RUN_HUES, RUN_LINES, expert_style
from tests.unit.architecture import ROOT

LEAST = 3.0  # contrast of a mark
SHAPES = [(3, 1), (8, 1), (16, 1), (8, 2), (16, 4), (16, 8), (32, 8), (64, 8), (64, 1), (256, 8)]
"""Experts and groups."""


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_21_to_1():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_grounds_are_those_that_streamlit_draws(ground: str):
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["theme"][ground]["backgroundColor"] == GROUND[ground]


@pytest.mark.parametrize("ground", GROUND.values())
@pytest.mark.parametrize(("n_routed", "n_groups"), SHAPES)
def test_every_expert_is_seen_on_either_ground(n_routed: int, n_groups: int, ground: str):
    for expert in range(n_routed):
        assert contrast(expert_style(expert, n_routed, n_groups).hue, ground) >= LEAST


@pytest.mark.parametrize("ground", GROUND.values())
@pytest.mark.parametrize("colour", [*RUN_HUES, *RUN_LINES.values(), NEUTRAL])
def test_every_line_of_a_run_is_seen_on_either_ground(colour: str, ground: str):
    assert contrast(colour, ground) >= LEAST


@pytest.mark.parametrize(("n_routed", "n_groups"), SHAPES)
def test_the_ink_on_an_expert_reads(n_routed: int, n_groups: int):
    for expert in range(n_routed):
        style = expert_style(expert, n_routed, n_groups)
        assert contrast(style.ink, style.hue) >= LEAST


def test_the_hue_is_the_group_and_the_texture_the_place_in_it():
    looks = [expert_style(expert, 16, 4) for expert in range(16)]
    for one, other in itertools.combinations(range(16), 2):
        assert (looks[one].hue == looks[other].hue) == (one // 4 == other // 4)
        assert (looks[one].texture == looks[other].texture) == (one % 4 == other % 4)


@pytest.mark.parametrize(
    ("n_routed", "n_groups"), [shape for shape in SHAPES if shape not in {(64, 1), (256, 8)}]
)
def test_no_two_experts_look_alike(n_routed: int, n_groups: int):
    looks = {
        (style.hue, style.texture) for style in (expert_style(e, n_routed, n_groups) for e in range(n_routed))
    }
    assert len(looks) == n_routed


def test_experts_beyond_the_hues_are_neutral():
    assert {expert_style(expert, 64).hue for expert in range(64)} == {NEUTRAL}
