"""The classes of the data sets, and the matches between their classes."""
