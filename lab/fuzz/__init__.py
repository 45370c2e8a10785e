"""Inputs that are odd or damaged, made at random, and what has to hold of them."""
