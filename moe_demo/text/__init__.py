"""Headlines become numbers.

In reading order: `corpus` reads labelled headlines (with `formats` and `labels`), `segmentation` cuts them
into words, `tokenizer` turns words into ids. `errors` holds the sentences a person may be told.
"""
