"""Lessons: how do I teach with it?"""

import streamlit as st

from moe_demo.ui.frame.lesson_file import read_lesson
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.i18n import prose, t
from moe_demo.ui.kit.source import show_source
from moe_demo.ui.lessons import page as lessons_page
from moe_demo.ui.lessons.settings import LessonsSettings

with st.container(key="lessons-title", horizontal=True, vertical_alignment="bottom"):
    st.title(t("lessons.title"), anchor=False, width="content")
    st.caption(t("lessons.caption"), width="content")
asked = selection.current(LessonsSettings).of(LessonsSettings)
lessons_page.follow()
lessons_page.draw(asked)
lessons_page.sheet(asked)
st.header(t("lessons.real_title"), anchor="real")
st.markdown(prose("lessons_real"))
lessons_page.own()
show_source(read_lesson)
