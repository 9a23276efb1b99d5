"""The page router: why these experts?"""
