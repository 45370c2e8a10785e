"""How well words find movements that no class of a model has."""
