"""The QR code of a class: read back by a decoder that we did not write, it is the link, sign by sign."""

import numpy as np
import pytest
import zxingcpp

from moe_demo.jobs.classrooms import Classroom
from moe_demo.ui.frame.data_class import class_bar_data
from moe_demo.ui.kit.i18n import LANGUAGES, speaking

QUIET, MODULE = 4, 3  # modules of white around it, as frame/class_parts.js draws it; pixels of one
HOSTS = [
    "http://moe",
    "http://192.168.1.20:8501",
    "https://" + ".".join(["a-school-with-a-long-name"] * 6) + ".example/with/a/base/path",
]


def drawn(rows: list[str]) -> np.ndarray:
    """The rows as pixels, 0 for a dark module, with the quiet zone."""
    dark = np.array([[module == "1" for module in row] for row in rows])
    return np.kron(np.where(np.pad(dark, QUIET), 0, 255), np.ones((MODULE, MODULE))).astype(np.uint8)


@pytest.mark.parametrize("host", HOSTS, ids=["short", "a number", "long"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_qr_code_is_read_as_the_link_that_stands_beside_it(lang: str, host: str):
    room = Classroom(code="k7mq2f", owner="", created=0.0)
    with speaking(lang):
        shows = {"path": "", "params": {}}
        data = class_bar_data(room, leads=True, shows=shows, visit="", base_url=host)
    invitation = data["invitation"]
    assert invitation is not None
    wanted = f"{host}/?class=k7mq2f" + ("" if lang == "zh" else f"&lang={lang}")
    [found] = zxingcpp.read_barcodes(drawn(invitation["qr"]))
    assert (found.format, found.text) == (zxingcpp.BarcodeFormat.QRCode, wanted)
    assert invitation["link"] == wanted


def test_without_its_dark_modules_it_is_no_code():
    """That the decoder does not see what is not there."""
    assert not zxingcpp.read_barcodes(drawn(["0" * 25] * 25))
