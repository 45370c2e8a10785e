"""Parts that serve only one published system. They import the package; the package
never imports them.
"""
