"""Headlines become numbers: `corpus` reads labelled headlines, `segmentation` cuts them, `tokenizer` numbers them."""
