"""Whose a run or a data set is: only the browser that brought it, or the operator, may stop, change or delete it.

A browser is known by a random id (a cookie, see `ui.server.visitor`). On disk stands only its hash: who reads the
folder cannot pass for the owner.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass

OPERATOR_VARIABLE = "MOE_DEMO_OPERATOR"
_ID = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    """A fresh id, which nobody can guess."""
    return secrets.token_hex(16)


def is_id(value: str) -> bool:
    """Whether this could be an id of ours."""
    return _ID.fullmatch(value) is not None


def hashed(owner_id: str) -> str:
    """What is written down of an id; empty for an empty one, which owns nothing."""
    return hashlib.sha256(owner_id.encode()).hexdigest() if owner_id else ""


def is_owner(owner_id: str, owner_hash: str) -> bool:
    """Whether this id belongs to the written hash."""
    return bool(owner_id) and hmac.compare_digest(hashed(owner_id), owner_hash)


def is_operator(word: str) -> bool:
    """Whether this is the operator's word: what stands in $MOE_DEMO_OPERATOR when the server starts."""
    expected = os.environ.get(OPERATOR_VARIABLE, "")
    return bool(expected) and hmac.compare_digest(word.encode(), expected.encode())


@dataclass(frozen=True)
class Caller:
    """Who asks for something: a browser, and whether the operator sits in front of it."""

    visitor: str = ""
    """The browser's id; empty for one without, which owns nothing."""
    operator: bool = False

    def owns(self, owner_hash: str) -> bool:
        """Whether what was written down under this hash is this browser's."""
        return is_owner(self.visitor, owner_hash)

    def may_change(self, owner_hash: str) -> bool:
        """Whether it may be stopped, changed or deleted from here."""
        return self.operator or self.owns(owner_hash)


NOBODY = Caller()
