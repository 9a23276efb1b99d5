"""The entry: page settings, the pages and their addresses, the sentence above each of them."""

import streamlit as st

from moe_demo.ui import frame, navigation, session

frame.settings()
session.warm_up()
pages = navigation.entries()
page = st.navigation(list(pages.values()), position="hidden")
frame.head(pages)
frame.sentence(page)
place = st.container()
try:
    page.run()
finally:
    frame.notices(place)
