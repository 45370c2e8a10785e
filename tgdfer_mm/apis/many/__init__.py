"""A folder of many videos: read once each, by any number of processes, one summary."""
