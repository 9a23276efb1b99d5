"""Sources of records, in both languages: what stands between papers' names is said in the page's."""

import pytest

from moe_demo.ui.kit.cited import cited
from moe_demo.ui.kit.i18n import speaking

SAID = {
    "DeepSeek-V3, arXiv 2412.19437, Eq. 16 and section 2.1.2": "DeepSeek-V3, arXiv 2412.19437, 式 16 和 第 2.1.2 节",
    "arXiv 2405.04434, abstract and section 3.1.2": "arXiv 2405.04434, 摘要 和 第 3.1.2 节",
    "DeepSeek-V4 technical report, abstract": "DeepSeek-V4 技术报告, 摘要",
    "DeepSeekMoE, arXiv 2401.06066, Eq. 12-17; Eq. 13 and 16": "DeepSeekMoE, arXiv 2401.06066, 式 12-17; 式 13 和 16",
    "arXiv 2408.15664, Algorithm 1": "arXiv 2408.15664, 算法 1",
    "Efron and Tibshirani 1993, An Introduction to the Bootstrap": (
        "Efron and Tibshirani 1993, An Introduction to the Bootstrap"
    ),
    "moe_demo/runs/report.py: reported_section": "moe_demo/runs/report.py: reported_section",
}


@pytest.mark.parametrize("source", SAID)
def test_a_source_is_said_in_the_reader_s_language(source: str):
    with speaking("en"):
        assert cited(source) == source
    with speaking("zh"):
        assert cited(source) == SAID[source]
