"""Vision-language models, asked about every clip and judged as any model is."""
