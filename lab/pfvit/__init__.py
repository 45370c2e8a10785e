"""Study of projects/pfvit on drawn faces: arms, repeats, tables, a picture."""
