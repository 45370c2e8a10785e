"""The work of the commands, after ``tgdfer_cli`` has read their options."""
