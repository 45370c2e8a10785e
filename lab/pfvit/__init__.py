"""What projects/pfvit is worth on drawn faces: arms, repeats, tables, a picture."""
