"""What words and values of a voice add to a face, on drawn clips with a sound."""
