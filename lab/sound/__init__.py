"""Study of TG-DFER with the sound of clips, on drawn people who speak."""
