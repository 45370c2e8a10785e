"""Decoding in a separate process: if that process crashes, this one goes on."""
