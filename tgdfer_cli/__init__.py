"""The command ``tgdfer``: the command lines alone, so that help is there at once.

Nothing here imports torch, numpy or mmengine before a command line has been read; what
a command does is in ``tgdfer_mm``.
"""
