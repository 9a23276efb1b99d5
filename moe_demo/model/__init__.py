"""The network, in torch: router, experts, MoE layer, balance, classifier.

It knows no files, pages or figures.
"""
