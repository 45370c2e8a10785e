"""The classes of the data sets, and which class of one is which of another."""
