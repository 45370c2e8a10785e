"""What descriptions of movements are worth to TG-DFER on drawn faces."""
