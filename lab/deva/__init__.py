"""Study of TG-DFER with descriptions of movements, on drawn faces."""
