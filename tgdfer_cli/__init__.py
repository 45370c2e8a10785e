"""The command ``tgdfer``: only its command lines, so that help appears at once.

Nothing here imports torch, numpy or mmengine before a command line has been read. The
work of a command is in ``tgdfer_mm``.
"""
