"""The bytes of a file become text: UTF-8, UTF-16 or UTF-32 with its mark, or GBK and its superset GB18030."""

from __future__ import annotations

import codecs
import contextlib
from dataclasses import dataclass

from moe_demo.text.errors import CorpusError

_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\xd0\xcf\x11\xe0")
_DOCUMENTS = (b"%PDF", b"{\\rtf", b"PAR1", b"ARROW1")
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LINE_ENDS = "\n\r\v\f\x85\u2028\u2029"
_LINE_ENDS_OF_JSON = "\n\r\v\f"  # it has the others in its strings as they are
FIRST_WIDE = "\u2e80"  # from here on: Chinese characters and their punctuation
_LEAST_TO_TELL = 2  # the two characters 联通 in GBK are also UTF-8, but of no Chinese character
_LEAST_COMMON_SHARE = 0.6  # simplified Chinese has 0.99, Big5 read as GBK some 0.4


@dataclass(frozen=True)
class Decoded:
    """A file's text and how it was written down."""

    text: str
    encoding: str

    @property
    def lines(self) -> list[str]:
        """Its lines with what ends them, which may stand in quotation marks; joined files have several ends."""
        return _lines(self.text, LINE_ENDS)

    @property
    def lines_of_json(self) -> list[str]:
        """Its lines if it is JSON."""
        return _lines(self.text, _LINE_ENDS_OF_JSON)


def decode(data: bytes, file: str) -> Decoded:
    """The text of a file: UTF-8, or UTF-16 or UTF-32 with its mark, or GBK and its superset GB18030.

    Raises:
        CorpusError: empty, archive, binary, encoding, mixed.
    """
    if data.startswith((*_ARCHIVES, *_DOCUMENTS)):
        raise CorpusError("archive", file=file)
    if data.startswith(_UTF32):  # before UTF-16, with whose mark one of them begins
        decoded = _wide(data, "UTF-32", file)
    elif data.startswith(_UTF16):
        decoded = _wide(data, "UTF-16", file)
    elif b"\0" in data:
        raise CorpusError("binary", file=file, line=data.count(b"\n", 0, data.index(b"\0")) + 1)
    else:
        decoded = _utf8_or_gbk(data, file)
    if not decoded.text.strip():
        raise CorpusError("empty", file=file)
    return decoded


def _lines(text: str, ends: str) -> list[str]:
    """The text cut after these characters, and none of the others at which `splitlines` cuts."""
    lines: list[str] = []
    parts: list[str] = []
    for piece in text.splitlines(keepends=True):
        parts.append(piece)
        if piece[-1] in ends:
            lines.append("".join(parts))
            parts = []
    return [*lines, "".join(parts)] if parts else lines


def _wide(data: bytes, encoding: str, file: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, errors="ignore").count("\n") + 1
        raise CorpusError("encoding", file=file, line=line) from error


def _utf8_or_gbk(data: bytes, file: str) -> Decoded:
    """UTF-8 where all of it is; else GBK, if every line is. An error names the first line that is neither."""
    try:
        return Decoded(data.decode("utf-8-sig"), "UTF-8")
    except UnicodeDecodeError as error:
        _refuse_mixed(data, file)
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode("gb18030")
            if _reads_as_chinese(text):
                return Decoded(text, "GBK")
        line = data.count(b"\n", 0, error.start) + 1
        raise CorpusError("encoding", file=file, line=line) from error


def _refuse_mixed(data: bytes, file: str) -> None:
    """Say where a file changes from one encoding to the other, as files do that were joined from two.

    Read as GBK as a whole, the UTF-8 part would turn into rare characters and the model would learn those. No
    character of either encoding contains the byte of a line break, so lines can be looked at one by one.
    """
    before = None
    for number, line in enumerate(data.removeprefix(codecs.BOM_UTF8).split(b"\n"), start=1):
        encoding = _encoding_of(line)
        if before and encoding and encoding != before:
            raise CorpusError("mixed", file=file, line=number, encoding=encoding, before=before)
        before = before or encoding


def _encoding_of(line: bytes) -> str | None:
    """The encoding in which a line reads as Chinese, None where it has no such text or too little to tell."""
    if line.isascii():
        return None
    for name, codec in (("UTF-8", "utf-8"), ("GBK", "gb18030")):
        with contextlib.suppress(UnicodeDecodeError):
            text = line.decode(codec)
            if sum(char >= FIRST_WIDE for char in text) >= _LEAST_TO_TELL and _reads_as_chinese(text):
                return name
    return None


def _reads_as_chinese(text: str) -> bool:
    """Whether bytes read as GBK gave common characters.

    Almost any bytes can be read as GBK; what was Big5, Japanese, Latin-1 or a torn UTF-8 file then turns into
    rare characters. GB2312 holds the common ones.
    """
    n_ascii = sum(map(str.isascii, text))
    n_common = (len(text.encode("gb2312", errors="ignore")) - n_ascii) // 2
    return n_common >= _LEAST_COMMON_SHARE * (len(text) - n_ascii)
