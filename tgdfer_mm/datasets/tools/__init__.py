"""Preparation of a copy of a data set before training: unpack, check, pack."""
