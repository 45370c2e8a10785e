"""Survey of open_clip's models under TG-DFER: each is built, and the small ones run."""
