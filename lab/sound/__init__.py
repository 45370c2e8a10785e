"""What the sound of clips is worth to TG-DFER on drawn people who speak."""
