"""A folder of many videos: each read once, by one or more processes; a summary."""
