"""The article's figures: every one computed once more, from stored configurations and the numbers of reports."""

import pytest

from moe_demo.published import claims, published_model
from moe_demo.published.claims import closest_models
from moe_demo.published.cost import table_flops

FOUND = {arithmetic.key: arithmetic for claim in claims() for arithmetic in claim.says + claim.nearest}


def swiglu(hidden: int, width: int) -> int:
    return 3 * hidden * width


# What each is, worked out here from the plain numbers of the configuration files and reports.
_V3_FFN = 3 * swiglu(7168, 18432) + 58 * 257 * swiglu(7168, 2048)
_V3_FFN_USED = 3 * swiglu(7168, 18432) + 58 * 9 * swiglu(7168, 2048)
_V3_TOTAL = 671_026_419_200
_V3_HEAD = _V3_TOTAL - 58 * 248 * swiglu(7168, 2048) - 129280 * 7168
EXPECTED = {
    "v3_report_total": 671e9,
    "v3_counted_total": _V3_TOTAL,
    "v3_report": 37 / 671,
    "v3_weights_file": 36.7 / 671,
    "v3_head": _V3_HEAD / _V3_TOTAL,
    "v3_both": (_V3_HEAD + 129280 * 7168) / _V3_TOTAL,
    "trillion": 37 / 1000,
    "v3_ffn": _V3_FFN_USED / _V3_FFN,
    "v2_experts": 6 / 160,
    "qwen_next": 3 / 80,
    "v2_throughput": 5.76,
    "moe_16b_speed": 2.5,
    "v3_speed": 2,
    "more_than_two": 2,
    "mtp_speed": 1.8,
    "flops_16b": 183.5 / 74.4,
    "v2_training": 1 - 172.8 / 300.6,
    "v3_training": 1 - 180 / 300.6,
    "v2_cache": 1 - 60 * 576 * 6 / (95 * 2 * 8 * 128 * 16),
    "name_67b": 67e9,
}
WRITTEN = {
    "v3_report": 0.0551,
    "v3_weights_file": 0.0547,
    "v3_head": 0.0546,
    "v3_both": 0.0560,
    "trillion": 0.0370,
    "v3_ffn": 0.0368,
    "v2_experts": 0.0375,
    "k3": 0.0375,
    "v2_training": 0.425,
    "v3_training": 0.401,
    "v2_cache": 0.933,
}


@pytest.mark.parametrize(("key", "value"), EXPECTED.items())
def test_every_figure_follows_from_configurations_and_reports(key: str, value: float):
    assert FOUND[key].result == pytest.approx(value, rel=1e-3 if key == "flops_16b" else 1e-9)


@pytest.mark.parametrize(("key", "value"), WRITTEN.items())
def test_every_share_is_what_the_texts_write(key: str, value: float):
    assert FOUND[key].result == pytest.approx(value, abs=0.5 * 10 ** -(len(f"{value:g}") - 2))


def test_nothing_is_left_out_of_these_tests():
    assert FOUND.keys() == EXPECTED.keys() | {"k3", "v3_with_mtp"}


def test_the_claims_are_those_of_the_article_and_one_of_four_stands_in_a_report():
    assert {claim.key: claim.value for claim in claims()} == {
        "total": 671e9,
        "activated": 0.037,
        "speed": 2.1,
        "cost": 0.67,
    }
    assert [claim.key for claim in claims() if claim.in_a_report] == ["total"]
    for claim in claims():
        said = [arithmetic.result for arithmetic in claim.says]
        holds = any(value == pytest.approx(claim.value, rel=0.005) for value in said)
        assert holds == claim.in_a_report


def test_what_is_published_names_its_source_and_what_is_inferred_is_nearest_only():
    for claim in claims():
        assert all(arithmetic.standing != "inferred" for arithmetic in claim.says)
        for arithmetic in claim.says + claim.nearest:
            numbers = [arithmetic.numerator, *([arithmetic.denominator] if arithmetic.denominator else [])]
            if arithmetic.standing == "published":
                assert any(quantity.source for quantity in numbers)


def test_the_model_that_does_activate_that_share_is_kimi_k3():
    nearest = closest_models(0.037)
    assert nearest[0].name == "kimi-k3"
    assert f"{nearest[0].share:.1%}" == "3.7%"
    assert all(abs(other.share - 0.037) > 0.005 for other in nearest[1:])


@pytest.mark.parametrize(
    ("sizes", "tera"),
    [
        ({"layers": 30, "width": 4096, "vocab": 102400, "ffn": 1}, 183.5),
        ({"layers": 32, "width": 4096, "vocab": 32000, "ffn": 1}, 187.9),
        ({"layers": 95, "width": 8192, "vocab": 102400, "ffn": 1}, 2057.5),
        ({"layers": 28, "width": 2048, "vocab": 102400, "ffn": 2}, 74.4),
        ({"layers": 62, "width": 4096, "vocab": 102400, "ffn": 2}, 572.7),
    ],
)
def test_the_flops_of_the_papers_tables_come_out(sizes: dict, tera: float):
    """arXiv 2401.06066, sections 5 and 6: teraFLOPs of a sequence of 4,096."""
    assert table_flops(**sizes, length=4096) / 1e12 == pytest.approx(tera, abs=0.06)


def test_the_stored_record_of_v3_has_the_reports_numbers():
    model = published_model("deepseek-v3")
    assert (model.total, model.activated) == (671e9, 37e9)
