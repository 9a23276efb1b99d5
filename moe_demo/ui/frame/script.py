"""The script that the server runs at every visit and every click; app.py names it."""

from moe_demo.ui.frame import app

app.draw()
