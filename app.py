"""The entry: `streamlit run app.py`, or any ASGI server in this folder (`python -m uvicorn app:app`).

Both import this file once and find `app`, which runs the script that it names at every visit. That script stands
elsewhere because Streamlit's developers advise against an app that names its own file.
"""

from moe_demo.ui.frame import app as frame

if __name__ == "__main__":  # as a script, as Streamlit's AppTest runs a file: the same pages, and no server
    frame.draw()
else:
    import streamlit as st

    from moe_demo.limits import Limits
    from moe_demo.ui.server import class_links, early_style, lesson_links, lifespan, routes, visitor

    try:
        Limits.of_environment()
    except ValueError as error:
        raise SystemExit(str(error)) from error
    app = st.App(
        frame.SCRIPT,
        lifespan=lifespan.warmed_up,
        routes=routes.every_route(),
        middleware=[
            visitor.middleware(),
            class_links.middleware(),
            lesson_links.middleware(),
            early_style.middleware(),
        ],
    )
