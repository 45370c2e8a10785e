"""Random inputs that are odd or damaged, and checks of the results."""
