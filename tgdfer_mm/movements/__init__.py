"""Movements of a face in words: values of action units, read and told."""
