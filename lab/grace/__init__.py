"""Study of GRACE's parts on drawn clips, where the truth is known."""
