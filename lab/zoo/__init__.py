"""The model zoo: what every config is, costs, and is said to reach."""
