"""A cache that keeps what was asked for last, as far as it has room."""

from moe_demo.ui.kit.bounded import BoundedCache


def test_what_was_asked_for_longest_ago_makes_room():
    cache, made = BoundedCache(10, len), []

    def get(text: str) -> str:
        return cache.get(text, lambda: made.append(text) or text)

    for text in ("aaaa", "bbbb", "aaaa", "cccc", "aaaa", "bbbb"):
        assert get(text) == text
    assert made == ["aaaa", "bbbb", "cccc", "bbbb"]
    assert cache.used == 8


def test_a_value_larger_than_the_room_is_kept_alone():
    cache = BoundedCache(10, len)
    for text in ("aaa", "b" * 50):
        cache.get(text, lambda text=text: text)
    assert cache.used == 50
    cache.get("cc", lambda: "cc")
    assert cache.used == 2


def test_thousands_of_values_never_take_more_than_the_room():
    cache = BoundedCache(1000, len)
    for number in range(5000):
        cache.get(number, lambda: "x" * 7)
        assert cache.used <= 1000
