"""Movements of a face in words: reads values of action units and describes them."""
