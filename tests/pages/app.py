"""The whole app without a browser, for page tests: opened under an address, its drawings as plain data."""

import json
import os
import zlib
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = "苹果公司发布了最新的iPhone 15"


def opened(page: str = "", **params: str) -> AppTest:
    """The start page, or the page of this file name, under an address; without an exception."""
    os.chdir(ROOT)  # Streamlit looks for page files beside the entry script
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in params.items():
        at.query_params[name] = value
    at.run()
    if page:
        at.switch_page(f"pages/{page}.py").run()
    assert not at.exception, at.exception
    return at


def drawn(at: AppTest, having: str) -> dict[str, Any]:
    """The data of the one component that was given this field."""
    [data] = [data for data in pictures(at) if having in data]
    return data


def pictures(at: AppTest) -> list[dict[str, Any]]:
    """The data of every picture and chart on the page, in order."""
    return [data for _, data in sent(at)]


def sent(at: AppTest) -> Iterator[tuple[str, Any]]:
    """Path and data of every picture on the page, in order; a chart is a component of its own."""
    for element in at.get("bidi_component"):
        if element.proto.bytes:
            _address, body = element.proto.bytes.split(b"\0", 1)
            packed = json.loads(zlib.decompress(body))
            yield packed["picture"], packed["data"]
        else:
            yield "kit/chart", json.loads(element.proto.json)


def addresses(at: AppTest) -> list[dict[str, str]]:
    """For which address each picture says that it is drawn."""
    return [json.loads(data.split(b"\0", 1)[0]) for data in messages(at)]


def messages(at: AppTest) -> list[bytes]:
    """What is sent to the pictures of the page, as it is sent."""
    return [element.proto.bytes for element in at.get("bidi_component") if element.proto.bytes]


def routes(at: AppTest) -> dict[str, Any]:
    """What the picture of the start page draws."""
    return drawn(at, "layers")


def strip(at: AppTest) -> dict[str, Any]:
    """What the sentence strip draws."""
    return drawn(at, "examples")


def numbers(values: dict[str, str] | list[float]) -> list[float]:
    """The numbers of a plotly trace as the browser gets them: packed, where they were an array."""
    if isinstance(values, list):
        return values
    return np.frombuffer(b64decode(values["bdata"]), np.dtype(values["dtype"])).tolist()
