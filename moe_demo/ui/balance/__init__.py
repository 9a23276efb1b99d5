"""The page balance: why must load be balanced?"""
