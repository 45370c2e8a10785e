"""Study of landmarks for S2D's tower, on drawn clips, where they are known."""
