"""Which of open_clip's models work under TG-DFER: each is built, and the small run."""
