"""Lessons: those that ship hold for the bundled models, and a file with a mistake is refused with line and reason."""

import re
from pathlib import Path

import pytest

from moe_demo.ui.frame import lessons
from moe_demo.ui.frame.lesson import LETTERS, Lesson
from moe_demo.ui.frame.lesson_errors import LESSON_SENTENCES, LessonError
from moe_demo.ui.frame.lesson_file import MAX_BYTES, decoded, read_lesson, require_twins
from moe_demo.ui.kit import gloss, views
from moe_demo.ui.kit.i18n import LANGUAGES, speaking
from tests.pages.test_terms import NOT
from tests.unit.lesson_checks import CHECKS

SHIPPED = [(name, lang) for name in lessons.NAMES for lang in LANGUAGES]
QUESTIONS = [
    (lesson.name, number, step.question)
    for lesson in lessons.shipped("zh")
    for number, step in enumerate(lesson.steps, start=1)
    if step.question
]
PLAN = """title = "T"
about = "A"
level = "L"
periods = "P"
key_points = "K"
difficult_points = "D"
inquiry = "I"
assessment = "S"

[goals]
knowledge = "k"
skills = "s"
thinking = "t"
values = "v"
"""
STEP = """
[[steps]]
phase = "predict"
page = "top-k"
settings = { k = 2, t = 1 }
visible = ["router-k"]
depth = "compute"
do = "d"
notice = "n"
teacher = "t"

[steps.question]
ask = "?"
answers = ["one", "two"]
right = "B"
why = "w"
because = "b"

[[steps]]
phase = "run"
page = "start"
do = "d"
notice = "n"
teacher = "t"
"""
WHOLE = PLAN + STEP


def test_all_shipped_files_are_named():
    for lang in LANGUAGES:
        files = {path.stem for path in (lessons.LOCALES / lang / "lessons").iterdir()}
        assert files == set(lessons.NAMES)


@pytest.mark.parametrize(("name", "lang"), SHIPPED)
def test_a_shipped_lesson_names_only_what_there_is(name: str, lang: str):
    lesson = read_lesson(lessons.source(name, lang), name, views.opened_run)
    assert len(lesson.steps) >= 5
    phases = [step.phase for step in lesson.steps]
    assert "predict" in phases
    assert phases[-1] == "make"


@pytest.mark.parametrize("name", lessons.NAMES)
def test_a_shipped_lesson_says_the_same_in_both_languages(name: str):
    zh, en = (read_lesson(lessons.source(name, lang), name) for lang in LANGUAGES)
    require_twins(lessons.source(name, "zh"), zh, en)
    assert {step.do for step in zh.steps}.isdisjoint(step.do for step in en.steps)


@pytest.mark.parametrize(
    ("name", "number", "question"), QUESTIONS, ids=[f"{name}-{number}" for name, number, _ in QUESTIONS]
)
def test_each_right_answer_is_found_again(name: str, number: int, question):
    assert question.right == CHECKS[question.check]()


def test_each_computation_belongs_to_a_question():
    assert {question.check for _, _, question in QUESTIONS} == CHECKS.keys()


def test_right_answers_are_not_all_the_same_letter():
    letters = [question.right for _, _, question in QUESTIONS]
    assert max(letters.count(place) for place in range(len(LETTERS))) < 0.7 * len(letters)


@pytest.mark.parametrize(("name", "lang"), SHIPPED)
def test_lessons_use_the_terms_of_the_glossary(name: str, lang: str):
    text = lessons.source(name, lang)
    assert {
        term: re.findall(pattern, text) for term, pattern in NOT[lang].items() if re.search(pattern, text)
    } == {}


@pytest.mark.parametrize("name", lessons.NAMES)
def test_english_explains_the_chinese_that_it_quotes(name: str):
    """A Chinese word in an English lesson has its meaning beside it, or one in the dictionary of the examples."""
    steps = lessons.source(name, "en").partition("[[steps]]")[2]
    said = [line for line in steps.splitlines() if not line.startswith("settings")]
    quoted = set(re.findall(r"[\u3400-\u9fff]+", "\n".join(said)))
    with speaking("en"):
        unexplained = {
            word
            for word in quoted
            if not gloss.of_word(word) and not gloss.of_sentence(word) and f"{word} (" not in steps
        }
    assert unexplained == set()


def test_a_lesson_file_is_read_whole():
    lesson = read_lesson(WHOLE, "mine", views.opened_run)
    step = lesson.step(1)
    assert (step.page.name, dict(step.params), step.visible) == (
        "router",
        {"t": "1", "k": "2"},
        ("router-k",),
    )
    assert (step.phase, step.depth, lesson.step(2).depth) == ("predict", "compute", "look")
    assert step.question is not None
    assert step.question.right == 1
    assert lesson.plan.goals.values == "v"
    assert lesson.address(1, "en") == {"lesson": "mine", "lang": "en", "t": "1", "k": "2"}
    assert lesson.address(2)["n"] == "2"


def test_a_step_that_runs_shows_the_question_of_the_prediction():
    lesson = read_lesson(WHOLE, "mine")
    assert lesson.asks(2) == lesson.asks(1) == (1, lesson.step(1).question)
    for number in (0, 3):
        with pytest.raises(IndexError):
            lesson.step(number)


BROKEN = {
    "not TOML": ('phase = "run"', 'phase = "run', "syntax"),
    "unknown key of the lesson": ('level = "L"', 'level = "L"\ngrade = 3', "unknown_key"),
    "unknown key of a step": ('depth = "compute"', 'deepness = "compute"', "unknown_key"),
    "unknown key of the goals": ('values = "v"', 'values = "v"\nfun = "f"', "unknown_key"),
    "a goal is missing": ('skills = "s"\n', "", "missing_key"),
    "no title": ('title = "T"\n', "", "missing_key"),
    "an empty text": ('ask = "?"', 'ask = " "', "text"),
    "a number for a text": ('why = "w"', "why = 3", "text"),
    "settings are no table": ("settings = { k = 2, t = 1 }", 'settings = "k=2"', "table"),
    "answers are no list": ('answers = ["one", "two"]', 'answers = "one"', "texts"),
    "one answer": ('answers = ["one", "two"]', 'answers = ["one"]', "answers"),
    "five answers": ('answers = ["one", "two"]', 'answers = ["1", "2", "3", "4", "5"]', "answers"),
    "right answer beyond them": ('right = "B"', 'right = "C"', "right"),
    "right answer as a number": ('right = "B"', "right = 1", "right"),
    "unknown page": ('page = "top-k"', 'page = "kitchen"', "word"),
    "unknown phase": ('phase = "run"', 'phase = "sleep"', "word"),
    "unknown depth": ('depth = "compute"', 'depth = "deep"', "word"),
    "unknown part": ('visible = ["router-k"]', 'visible = ["fridge"]', "word"),
    "unknown setting": ("{ k = 2, t = 1 }", "{ k = 2, way = 1 }", "setting"),
    "the lesson sets itself": ("{ k = 2, t = 1 }", '{ lang = "en" }', "setting"),
    "a value that the setting cannot have": ("{ k = 2, t = 1 }", "{ k = 99 }", "value"),
    "a yes that is none": ("{ k = 2, t = 1 }", '{ groups = "maybe" }', "value"),
    "an empty sentence": ("{ k = 2, t = 1 }", '{ s = "  " }', "value"),
    "no such run": ("{ k = 2, t = 1 }", '{ run = "nobody" }', "run"),
    "a path for a run": ("{ k = 2, t = 1 }", '{ run = "../../etc" }', "run"),
    "no such twin": ("{ k = 2, t = 1 }", '{ with = "nobody" }', "run"),
    "no such checkpoint": ("{ k = 2, t = 1 }", "{ step = 7 }", "place"),
    "no such word": ("{ k = 2, t = 1 }", "{ t = 30 }", "place"),
    "no such layer": ("{ k = 2, t = 1 }", "{ l = 9 }", "place"),
    "no such expert": ("{ k = 2, t = 1 }", "{ e = 16 }", "place"),
    "a prediction without a run": ('phase = "run"', 'phase = "make"', "order"),
    "too long for the bar": ('do = "d"', f'do = "{"长" * 100}"', "too_long"),
}
"""What is replaced by what, and the error's code."""


@pytest.mark.parametrize("case", BROKEN)
def test_a_mistake_is_refused_with_its_line(case: str):
    before, after, code = BROKEN[case]
    assert before in WHOLE
    broken = WHOLE.replace(before, after, 1)
    with pytest.raises(LessonError) as refused:
        read_lesson(broken, "mine", views.opened_run)
    assert refused.value.code == code
    line = broken.splitlines()[refused.value.values["line"] - 1]
    written = {"a goal is missing": "[goals]", "a prediction without a run": 'phase = "predict"'}
    wanted = written.get(case, after.splitlines()[-1] if after else broken.splitlines()[0])
    assert wanted in line


def test_no_steps_and_too_many():
    for n in (0, 30):
        steps = STEP[STEP.index('[[steps]]\nphase = "run"') :] * n or "\nsteps = []\n"
        text = PLAN + steps if n else "steps = []\n" + PLAN
        with pytest.raises(LessonError) as refused:
            read_lesson(text, "mine")
        assert (refused.value.code, refused.value.values["n"]) == ("steps", n)


def test_a_text_over_several_lines_moves_no_line_number():
    text = WHOLE.replace('about = "A"', 'about = """\none = 1\n[steps]\n"""').replace('"?"', "3")
    with pytest.raises(LessonError) as refused:
        read_lesson(text, "mine")
    assert text.splitlines()[refused.value.values["line"] - 1] == "ask = 3"


def test_twins_that_differ_are_refused_where_they_do():
    other = read_lesson(WHOLE, "mine")
    for before, after, named in (
        ("k = 2", "k = 3", "settings"),
        ('right = "B"', 'right = "A"', "question"),
        ('page = "start"', 'page = "train"', "page"),
    ):
        text = WHOLE.replace(before, after)
        with pytest.raises(LessonError) as refused:
            require_twins(text, read_lesson(text, "mine"), other)
        assert (refused.value.code, refused.value.values["name"]) == ("twin", named)


def test_a_language_without_the_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(lessons, "LOCALES", tmp_path)
    with pytest.raises(LessonError, match="tour is not there in the language en"):
        lessons.source("tour", "en")


def test_a_file_of_other_make_is_no_lesson():
    for raw, code in ((b"\xff\xfe", "encoding"), (b"#" * (MAX_BYTES + 1), "too_large")):
        with pytest.raises(LessonError) as refused:
            decoded(raw)
        assert refused.value.code == code
    assert decoded(b"\xef\xbb\xbfa = 1") == "a = 1"


def test_every_refusal_is_tested():
    tested = {code for _, _, code in BROKEN.values()} | {"steps", "twin", "no_twin", "encoding", "too_large"}
    assert tested == LESSON_SENTENCES.keys()


def test_shipped_lessons_are_read_once():
    first: tuple[Lesson, ...] = lessons.shipped("en")
    assert lessons.shipped("en") is first
    assert lessons.lesson_called("tour", "en") is first[0]
    assert lessons.lesson_called("nobody", "en") is None


@pytest.mark.parametrize("text", ["a = " + "[" * 20_000, "[" * 50_000, "a = 1\n" * 2, "\x00", "=" * 1000])
def test_what_only_looks_like_toml_is_refused(text: str):
    with pytest.raises(LessonError) as refused:
        read_lesson(text, "mine")
    assert refused.value.code == "syntax"


def test_a_refusal_quotes_no_more_than_a_line():
    for before, after in (('level = "L"', f'level = "L"\n{"k" * 5000} = 1'), ('"top-k"', f'"{"p" * 5000}"')):
        with pytest.raises(LessonError) as refused:
            read_lesson(WHOLE.replace(before, after, 1), "mine")
        assert len(str(refused.value)) < 500


def test_a_lesson_of_ones_own_that_no_longer_fits_is_none(monkeypatch: pytest.MonkeyPatch):
    texts = {"own-1": WHOLE, "own-2": WHOLE.replace("top-k", "gone")}
    monkeypatch.setattr(lessons.LessonFiles, "text", lambda self, name: texts.get(name))
    assert lessons.lesson_called("own-1", "en") == read_lesson(WHOLE, "own-1")
    assert lessons.lesson_called("own-2", "en") is None
