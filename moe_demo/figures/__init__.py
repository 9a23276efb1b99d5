"""Records in, pictures out: plotly figures and the one table of colours.

Neither torch nor streamlit is imported here.
"""
