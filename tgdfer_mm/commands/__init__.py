"""What the commands do, once ``tgdfer_cli`` has read their options."""
