"""The what-if page: what if something were switched?"""
