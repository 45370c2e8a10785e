"""Study of IAL's gates and losses on drawn faces with weak expressions."""
