"""What GRACE's parts are worth on drawn clips, where the truth is known."""
