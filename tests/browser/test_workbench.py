"""The workbench in a real browser; and the main picture of each page as a file made in it."""

import io
import itertools
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit.i18n import LANGUAGES, text_in
from tests.browser.helpers import Server, box_of, expect_no_exception, wait_drawn, wait_ready

SVG = "{http://www.w3.org/2000/svg}"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OWN = ("blob:", "data:")
"""Addresses of what a page makes itself; its fonts come when they are first needed."""
WITH_PICTURE = [row for row in PAGES if row.name != "lessons"]


def saved(page: Page, kind: str) -> tuple[str, bytes]:
    """Name and content of the file that a button below the picture makes; nothing is sent for."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_download() as download:
        page.locator(f"[data-save={kind}]").click()
    content = Path(download.value.path()).read_bytes()
    assert [url for url in asked if not url.startswith(OWN) and "/static/media/" not in url] == []
    return download.value.suggested_filename, content


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("row", WITH_PICTURE, ids=lambda row: row.name)
def test_a_picture_is_saved_as_svg_with_its_texts_as_texts(new_page: Callable[..., Page], row, lang: str):
    page = new_page(width=1280, height=800)
    page.goto(f"{row.picture_address}{'&' if '?' in row.picture_address else '?'}lang={lang}")
    wait_drawn(page)
    name, content = saved(page, "svg")
    assert name == f"{row.name}.svg"
    svg = ET.fromstring(content)
    assert svg.tag == f"{SVG}svg"
    tags = {node.tag.removeprefix(SVG) for node in svg.iter()}
    assert not tags & {"foreignObject", "script", "style"}
    assert all("http" not in value for node in svg.iter() for value in node.attrib.values())
    texts = "".join(text for node in svg.iter(f"{SVG}text") for text in node.itertext())
    assert len(texts) > 60
    if lang == "zh":
        assert CHINESE.search(texts)
    if row.has_sentence and row.name in ("start", "whatif", "nodes", "journey"):
        assert "苹果公司" in texts  # in either language
    box = box_of(page.locator(".stBidiComponent:has([data-save]) .root"))
    assert float(svg.attrib["width"]) == pytest.approx(box["width"] + 24, abs=2)


def test_what_only_a_style_sheet_draws_is_saved_with_the_picture(page: Page):
    page.goto("/forward-pass?stage=router")
    wait_drawn(page)
    dots = [box_of(dot) for dot in page.locator(".tab .dot").all()]
    _, content = saved(page, "svg")
    rects = [node.attrib for node in ET.fromstring(content).iter(f"{SVG}rect")]
    lines = [float(rect["width"]) for rect in rects if rect.get("height") == "2"]
    apart = [b["x"] - a["x"] for a, b in itertools.pairwise(dots)]
    assert len(lines) == len(dots) - 1
    assert lines == pytest.approx(apart, abs=1)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["start", "training", "workbench"])
def test_a_picture_is_saved_as_png_as_it_stands(new_page: Callable[..., Page], name: str, lang: str):
    row = next(row for row in PAGES if row.name == name)
    page = new_page(width=1280, height=800, color_scheme="dark")
    page.goto(f"/{row.url_path}?lang={lang}")
    wait_drawn(page)
    found, content = saved(page, "png")
    assert found == f"{name}.png"
    root = page.locator(".stBidiComponent:has([data-save]) .root")
    box = box_of(root)
    image = Image.open(io.BytesIO(content)).convert("L")
    assert image.width == pytest.approx(2 * (box["width"] + 24), abs=4)
    root.scroll_into_view_if_needed()
    seen = Image.open(io.BytesIO(root.screenshot(animations="disabled"))).convert("L")
    inner = image.crop((24, 24, image.width - 24, image.height - 24)).resize(seen.size)
    ours, theirs = (np.asarray(one, dtype=float) for one in (inner, seen))
    assert (
        np.abs(ours - theirs).mean() < 20
    )  # of 255: the same picture, its letters a fraction of a pixel apart
    assert theirs.std() > 10
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.7


def test_a_run_is_chosen_and_held_beside_by_the_keyboard_alone(page: Page):
    page.goto("/models-and-data?lang=en")
    wait_drawn(page)
    beside = page.get_by_role("button", name="hold beside · document")
    beside.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**with=document**")
    expect(page.get_by_text(text_in("en", "workbench.sets_title"))).to_be_visible()
    wait_ready(page)
    choose = page.locator("button.name", has_text="document")
    choose.focus()
    expect(choose).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**run=document**")
    expect(page).not_to_have_url(re.compile("with="))  # it is not beside itself
    expect(choose).to_have_attribute("aria-pressed", "true")
    expect(choose).to_be_focused()  # though the rows have been drawn anew
    expect_no_exception(page)


def test_a_run_goes_out_as_a_zip_and_comes_in_as_ones_own(
    fresh_server: Callable[..., Server], new_page: Callable[..., Page], tmp_path: Path
):
    lang = "zh"
    server = fresh_server(env={"MOE_DEMO_RUNS": str(tmp_path / "runs")})
    page = new_page(server)
    page.goto(f"/models-and-data?lang={lang}&run=document")
    wait_drawn(page)
    what = page.locator(".st-key-workbench-exports input").first
    what.click()
    what.fill("zip")
    page.get_by_role("option", name=text_in(lang, "workbench.exports.folder")).click()
    expect(page.get_by_text(text_in(lang, "workbench.exports_say.folder"))).to_be_visible()
    page.get_by_role("button", name=text_in(lang, "workbench.make"), exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(r"document\.zip")).click()
    path = tmp_path / "document.zip"
    download.value.save_as(path)
    assert zipfile.is_zipfile(path)
    page.locator(".st-key-workbench-drop input[type=file]").set_input_files(path)
    page.wait_for_url("**run=document-1**", timeout=60_000)
    expect(page.get_by_role("button", name="document-1").first).to_have_attribute("aria-pressed", "true")
    other = new_page(server)
    other.goto("/models-and-data")
    wait_drawn(other)
    expect(other.get_by_text("document-1")).to_have_count(0)
    expect_no_exception(page)


def test_the_buttons_are_reached_by_touch_on_a_phone(new_page: Callable[..., Page]):
    page = new_page(width=390, height=844, has_touch=True, is_mobile=True)
    page.goto("/models-and-data?lang=en")
    wait_drawn(page)
    for button in page.locator("[data-save], .stBidiComponent button.beside").all():
        assert box_of(button)["height"] >= 44
