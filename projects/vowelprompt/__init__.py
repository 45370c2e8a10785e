"""VowelPrompt: the voice in words, and a classifier on values to compare it with."""
