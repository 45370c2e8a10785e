"""All frames of a data set in one file: :mod:`reader` and :mod:`writer`."""
