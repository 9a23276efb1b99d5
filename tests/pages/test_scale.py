"""The scale page: every number on it is one of the count, of a report or of the recording."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from math import sqrt
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from moe_demo.published import MODELS, Conventions, claims, count, published_model
from moe_demo.published.count import COMPONENTS
from moe_demo.published.notes import NOTES
from moe_demo.releases.dense import read_dense
from moe_demo.releases.experiments import EXPERIMENTS, NAMES, Outcome, read_experiment, recorded_names
from moe_demo.ui.kit.cited import cited
from moe_demo.ui.kit.errors import place_of
from moe_demo.ui.kit.i18n import LANGUAGES, labels, number, speaking, text_in, texts
from moe_demo.ui.scale import experiments, tables
from moe_demo.ui.scale.data import amount, percent, picture_data
from moe_demo.ui.scale.models import names, row
from moe_demo.ui.scale.settings import ModelName, ScaleSettings
from tests.pages import app
from tests.unit.test_published_configuration import KIMI_K3, V3

V3_SHAPE = published_model("deepseek-v3").shape


def opened(**params: str) -> AppTest:
    return app.opened("scale", **params)


def card(data: dict, name: str) -> dict:
    [found] = [one for one in data["cards"] if one["name"] == name]
    return found


def test_the_address_knows_every_model_and_no_other():
    assert get_args(ModelName) == names()
    assert set(names()) == {"ours", *MODELS}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_goes_from_our_model_to_v41(lang: str):
    at = opened(lang=lang)
    data = app.drawn(at, "cards")
    assert [one["name"] for one in data["cards"]] == list(row())
    assert at.title[0].value == text_in(lang, "scale.title")
    v3 = card(data, "deepseek-v3")
    assert (v3["routed"], v3["shared"], v3["lit"], v3["chosen"]) == (256, 1, 8, True)
    assert "14,848" in v3["layer"]
    assert card(data, "deepseek-v2")["compared"]


def test_areas_are_parameters_on_one_scale():
    data = picture_data(ScaleSettings())
    largest = max(count(MODELS[name].shape).total for name in row() if name != "ours")
    for one in data["cards"]:
        if one["name"] != "ours":
            found = count(MODELS[one["name"]].shape)
            assert one["side"] == pytest.approx(sqrt(found.total / largest))
            assert (one["inner"] / one["side"]) ** 2 == pytest.approx(found.share)


@pytest.mark.parametrize(
    ("address", "conventions"),
    [
        ({"tables": "both"}, Conventions(embeddings="both")),
        ({"tables": "none"}, Conventions(embeddings="none")),
        ({"mtp": "yes"}, Conventions(mtp=True)),
        ({"prompt": "yes"}, Conventions(phase="prefill")),
        ({"engram": "yes"}, Conventions(tables=True)),
        ({"wide": "yes", "model": "kimi-k3"}, Conventions(latent=False)),
    ],
)
def test_a_switch_in_the_address_changes_what_is_counted(address: dict[str, str], conventions: Conventions):
    data = app.drawn(opened(lang="en", **address), "cards")
    with speaking("en"):
        for one in data["cards"]:
            if one["name"] != "ours":
                found = count(MODELS[one["name"]].shape, conventions)
                assert one["total"] == amount(found.total)
                assert one["activated"] == f"{amount(found.activated)} ({percent(found.share)})"
    pressed = {one["name"]: [o["value"] for o in one["options"] if o["pressed"]] for one in data["switches"]}
    assert all(len(values) == 1 for values in pressed.values())
    assert {name: values[0] for name, values in pressed.items()}.items() >= (
        address.items() - {("model", "kimi-k3")}
    )


def test_a_chosen_model_that_is_not_in_the_row_is_drawn_behind_it():
    data = picture_data(ScaleSettings(model="kimi-k3", compare="mixtral-8x7b"))
    assert [one["name"] for one in data["cards"]] == [*row(), "kimi-k3", "mixtral-8x7b"]


def test_two_models_stand_side_by_side_and_their_parts_add_up():
    with speaking("en"):
        table = tables.lines_table("deepseek-v3", "deepseek-v2", Conventions())
    assert table.shape[1] == 5
    sums = table[table.iloc[:, 0] == "Sum"].iloc[0].tolist()
    assert sums[1:] == ["671B", "36.63B", "235.7B", "20.85B"]
    routed = table[table.iloc[:, 0] == "Routed experts"].iloc[0].tolist()
    assert routed[1:3] == ["653.9B", "20.43B"]


def test_a_model_may_stand_beside_itself():
    at = opened(model="kimi-k3", compare="kimi-k3")
    table = at.dataframe[0].value
    assert table.iloc[:, 1].tolist() == table.iloc[:, 3].tolist()


def test_every_part_and_every_note_has_a_name_in_both_languages():
    for lang in LANGUAGES:
        known = texts(lang)
        assert all(f"scale.parts.{part}" in known for part in COMPONENTS)
        assert all(f"scale.notes.{note}" in known for note in NOTES)
        for claim in claims():
            assert all(f"scale.arithmetic.{one.key}" in known for one in claim.says + claim.nearest)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_articles_figures_each_have_a_row_for_every_arithmetic(lang: str):
    at = opened(lang=lang)
    shown = "\n".join(element.value for element in at.markdown)
    headings = [heading.value for heading in at.subheader]
    assert headings[: len(tables.ARTICLE)] == [
        text_in(lang, f"scale.claims.{key}.title").format(figure=figure)
        for key, figure in tables.ARTICLE.items()
    ]
    for claim in claims():
        for arithmetic in claim.says + claim.nearest:
            quantities = (arithmetic.numerator, arithmetic.denominator)
            sources = [one.source for one in quantities if one is not None and one.source is not None]
            with speaking(lang):
                assert f"**{tables.result(arithmetic)}**" in shown
                assert all(cited(source) in shown for source in sources)
    assert shown.count(text_in(lang, "scale.claims.verdict.in_none")) == 3
    found = read_dense()
    assert f"**{percent(found.share)}**" in shown
    assert f"**{percent(found.step_saving)}**" in shown
    assert shown.count(text_in(lang, "scale.claims.verdict.in_a_report")) == 1


def test_shares_that_a_text_writes_are_those_of_its_table():
    """5.5, 3.70 and 3.68 % stand in the words too; 42.5 and 40.1 %."""
    for lang in LANGUAGES:
        activated, training = (text_in(lang, f"scale.claims.{key}.text") for key in ("activated", "cost"))
        assert all(figure in activated for figure in ("5.5 %", "3.70 %", "3.68 %"))
        assert all(figure in training for figure in ("42.5 %", "40.1 %"))


def test_a_pasted_configuration_is_counted_recognised_and_its_traps_are_named():
    at = opened(lang="en")
    at.text_area(key="scale.pasted").set_value(json.dumps(V3)).run()
    shown = "\n".join(element.value for element in at.markdown)
    assert "**671B**" in shown
    assert "DeepSeek-V3" in shown
    assert text_in("en", "scale.notes.mtp_outside") in shown
    at.text_area(key="scale.pasted").set_value(json.dumps(KIMI_K3)).run()
    assert text_in("en", "scale.notes.latent_experts") in "\n".join(one.value for one in at.markdown)


@pytest.mark.parametrize(
    ("text", "code"),
    [("hello", "not_json"), ("[]", "not_object"), ('{"model_type": "llama"}', "architecture")],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_pasted_text_that_is_none_is_one_sentence_and_the_page_stays(lang: str, text: str, code: str):
    at = opened(lang=lang)
    n_before = len(at.dataframe)
    at.text_area(key="scale.pasted").set_value(text).run()
    assert not at.exception
    [error] = at.error
    beginning = text_in(lang, place_of(f"scale.{code}")).format_map(
        dict.fromkeys(("name", "found", "known"), "|")
    )
    assert beginning.split("|")[1].strip()[:12] in error.value.replace("\\", "")
    assert len(at.dataframe) == n_before


def test_our_own_measurement_is_the_recording():
    at, found = opened(lang="en"), read_dense()
    table = at.dataframe[1].value
    assert table.shape[0] == 3
    assert [row[1] for row in table.itertuples(index=False)] == [f"{model.total:,}" for model in found.models]
    made = f"Recorded: `{found.command}`; seeds 0, 1, 2, {found.n_steps} steps each, {found.made[:10]}, "
    assert any(caption.value.startswith(made) for caption in at.caption)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_recorded_experiments_stand_beside_the_papers(lang: str):
    at = opened(lang=lang)
    for name in recorded_names():
        found = read_experiment(name)
        key = experiments.key(name)
        assert text_in(lang, f"experiments.{key}.title") in [head.value for head in at.subheader]
        with speaking(lang):
            said, frame = experiments.says(found), experiments.table(found)
        assert any(element.value.startswith(said) for element in at.markdown)
        [shown] = [
            one.value
            for one in at.markdown
            if one.value.startswith(f"| {' | '.join(frame.columns)} |")
            and f"| {frame.iloc[1, 0]} | {frame.iloc[1, 1]} |" in one.value
        ]
        assert all(f"| {' | '.join(row)} |" in shown for row in frame.to_numpy())
        assert len(frame) == len(EXPERIMENTS[name])
        assert frame.iloc[0, 2] == "–"
        assert frame.iloc[1, 2].startswith(
            number(found.difference(list(EXPERIMENTS[name])[1], "loss").mean, "+.4f")
        )


@pytest.mark.parametrize(
    ("name", "losses", "way"),
    [
        ("top-disabled", {"fine-4": 2.0, "coarse-4": 0.5}, "more"),
        ("top-disabled", {"fine-4": 0.5, "coarse-4": 2.0}, "less"),
        ("top-disabled", {"fine-4": 0.5, "coarse-0": 3.0, "coarse-4": 3.5}, "unclear"),
        ("fewer-active", {"fine-4": 2.0}, "more"),
        ("fewer-active", {"fine-7": -2.0, "fine-4": -1.0}, "less"),
        ("fewer-active", {"fine-7": -1.0}, "unclear"),
    ],
)
def test_a_papers_claim_is_held_against_what_was_measured(name: str, losses: dict[str, float], way: str):
    outcomes = [
        Outcome(
            variant=variant,
            seed=seed,
            accuracy=0.9,
            loss=losses.get(variant, 0.0) + 0.01 * ((7 * seed + 3 * place) % 5),
            max_vio=0.1,
        )
        for place, variant in enumerate(EXPERIMENTS[name])
        for seed in range(5)
    ]
    found = replace(read_experiment(name), outcomes=tuple(outcomes))
    with speaking("en"):
        said = experiments.says(found)
    texts_of = {
        other: text_in("en", f"experiments.{experiments.key(name)}.says_{other}")
        for other in ("more", "less", "unclear")
    }
    matching = [
        other
        for other, text in texts_of.items()
        if re.search(re.sub(r"\\{.*?\\}", "[−+0-9.]+", re.escape(text)), said)
    ]
    assert matching == [way]


def test_the_papers_losses_stand_beside_the_variants_that_have_one():
    with speaking("en"):
        heads, frame = labels("experiments.heads"), experiments.table(read_experiment("top-disabled"))
        assert list(frame[heads["paper"]][:6]) == ["≈ 1.8", "≈ 7.5", "≈ 8.2", "≈ 8.7", "≈ 9.1", "2.414"]
        frame = experiments.table(read_experiment("fewer-active"))
        by_variant = dict(zip(EXPERIMENTS["fewer-active"], frame[heads["paper"]], strict=True))
        assert by_variant["fine-4"] == "≈ 1.868"
        assert by_variant["coarse-2"] == "1.867"
        assert by_variant["trained-3"] == "–"
        assert heads["paper"] not in experiments.table(read_experiment("balance"))


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_of_every_experiment_has_a_name(name: str):
    for lang in LANGUAGES:
        with speaking(lang):
            assert all(word != variant for variant, word in experiments.variants(name).items())
