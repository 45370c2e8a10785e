"""Decoding in a process of its own, which may break without harm to this one."""
