"""One file a study: ``study(folder, report)`` measures what is missing."""
