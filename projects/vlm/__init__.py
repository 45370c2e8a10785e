"""Vision-language models: asked about every clip, scored like any other model."""
