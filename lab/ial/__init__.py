"""What IAL's gates and losses are worth on drawn faces of weak expressions."""
