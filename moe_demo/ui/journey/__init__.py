"""The page journey: what does each stage do?"""
