"""The pages of the documentation as a site: its links, its reference, its tutorials."""
