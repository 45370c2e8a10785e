"""Study of finding movements by words, for movements that no class of a model has."""
