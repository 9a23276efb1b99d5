"""Small files of headlines for tests, and what the sentence about a bad one must be like."""

from pathlib import Path

from moe_demo.text.corpus import Corpus, CorpusError, Headline, read_corpus

TWO_ROWS = "text,label\n苹果发布新款手机,tech\n火箭客场险胜湖人,sports\n"
TWO_HEADLINES = (Headline("苹果发布新款手机", "tech"), Headline("火箭客场险胜湖人", "sports"))


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """A new file; text is written in UTF-8."""
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def read(folder: Path, name: str, content: str | bytes) -> Corpus:
    """The corpus of a new file."""
    return read_corpus(write(folder, name, content))


def one_sentence(error: CorpusError, name: str) -> str:
    """The message of an error: one sentence that names the file."""
    message = str(error)
    assert name in message
    assert "\n" not in message
    assert message.endswith(".")
    assert ". " not in message.replace(name, "")
    return message
