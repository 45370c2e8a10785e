"""Reads the config of a run: its file, its data sets in any wrapper, their stages."""
