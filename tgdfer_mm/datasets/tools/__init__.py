"""What is done with a copy of a data set before training: unpack, check, pack."""
