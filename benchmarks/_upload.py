"""How a browser hands a file to a field of the page: it asks where to, sends the bytes, and tells the page.

put(base_url, cookie, upload_url, name, data)      the bytes, as a form
"""

from __future__ import annotations

import urllib.error
import urllib.request
import uuid

_SECONDS = 60


def token(base_url: str) -> str:
    """The value that the server wants back beside every upload, as a cookie and as a header."""
    with urllib.request.urlopen(f"{base_url}/_stcore/health", timeout=_SECONDS) as answer:
        cookies = answer.headers.get_all("Set-Cookie") or []
    pairs = (cookie.partition(";")[0].partition("=") for cookie in cookies)
    return next((value for name, _, value in pairs if name == "_streamlit_xsrf"), "")


def put(base_url: str, cookie: str, upload_url: str, name: str, data: bytes) -> None:
    """Send a file. What the server refuses is no error here: the page says so."""
    edge, secret = uuid.uuid4().hex, token(base_url)
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    body = f"{head}Content-Type: text/plain\r\n\r\n".encode() + data + f"\r\n--{edge}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={edge}",
        "Cookie": "; ".join(filter(None, [cookie, f"_streamlit_xsrf={secret}"])),
        "X-Xsrftoken": secret,
    }
    address = base_url + "/" + upload_url.lstrip("/")
    request = urllib.request.Request(address, data=body, headers=headers, method="PUT")
    with urllib.request.urlopen(request, timeout=_SECONDS):
        pass
