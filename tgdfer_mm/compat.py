"""Work-arounds for upstream packages; filled in by the engine part."""


def apply() -> None:
    """Applies every work-around that is still needed."""
