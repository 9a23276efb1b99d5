"""The entry: page settings, the pages and their addresses, the sentence above each of them.

`streamlit run app.py` reads this file twice: once as a module, where `app` below is found and warms the model up
before the first visitor comes, and then as a script, from the top to the bottom, at every visit and every click.
"""

import streamlit as st

from moe_demo.ui.frame import head as frame
from moe_demo.ui.frame import navigation
from moe_demo.ui.kit import chart
from moe_demo.ui.server import lifespan, live, visitor

if __name__ != "__main__":
    app = st.App(
        __file__,
        lifespan=lifespan.warmed_up,
        routes=[chart.library_route(), *live.routes()],
        middleware=[visitor.middleware()],
    )
else:
    frame.settings()
    pages = navigation.entries()
    page = st.navigation(list(pages.values()), position="hidden")
    frame.head(pages)
    frame.sentence(page)
    place = st.container()
    try:
        page.run()
    finally:
        frame.notices(place)
