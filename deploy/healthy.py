"""Whether the app answers, for the container's health check: `python healthy.py`, with PORT and BASE_PATH as it has."""

import os
import urllib.request

path = "/".join(part for part in (os.environ.get("BASE_PATH", "").strip("/"), "_stcore/health") if part)
with urllib.request.urlopen(f"http://127.0.0.1:{os.environ.get('PORT', '8501')}/{path}", timeout=5) as answer:
    assert answer.status == 200
