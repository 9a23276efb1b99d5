"""The page training: how did it learn this?"""
