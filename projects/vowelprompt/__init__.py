"""VowelPrompt: the voice in words, and the classifier on values that it is held to."""
