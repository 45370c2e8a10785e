"""Model zoo: architecture, costs and published figures of every config."""
