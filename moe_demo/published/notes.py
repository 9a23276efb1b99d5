"""What is to be known about the count of a model, one sentence each; the pages say it in the reader's language."""

from __future__ import annotations

NOTES = {
    "mtp_outside": "The module that predicts a further token is not in the total; its makers leave it out too.",
    "v31_v32": "V3.1 has the same experts; V3.2 adds an indexer to its attention.",
    "hash_layers": "In the first layers a token's number decides its experts; the gates still come from the router.",
    "no_groups": "Its experts are in no groups: a token may go to any of them.",
    "two_digits": "Its makers give two digits; with the module for a further token the count is within 1 % of them.",
    "two_activated": "It has two activated numbers: for a token of the prompt the decoder's half of the layers does "
    "not run. That the halves are these layers is inferred from the sizes.",
    "engram_outside": "Engram's tables are not in the total; a token reads a few rows of them.",
    "vision_outside": "What reads images and what drafts further tokens is left out.",
    "latent_experts": "Its routed experts work at a smaller width than the model; taken at the model's width the "
    "count would be twice as large.",
    "attention_residuals": "Its residual path over several layers has weights of its own, which are left out.",
    "not_eight_times_seven": "Its name multiplies 8 by 7B, but the eight experts share everything else.",
    "class_default": "The defaults of its class in transformers are those of another model.",
    "moe_layers": "Not every layer has experts.",
    "tie_missing": "The file does not say whether table and head are one; they are taken for two.",
}
