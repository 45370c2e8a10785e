"""Search by words on drawn films, whose episodes are known."""
