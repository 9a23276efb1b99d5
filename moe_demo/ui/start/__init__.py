"""The page start: what happens to one sentence?"""
