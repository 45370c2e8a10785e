"""Locks on open files, lost with the last process that has the file open."""

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


def lock_file(handle: int, wait: bool = True) -> bool:
    """Locks an open file against other processes.

    Args:
        handle: Descriptor of the file.
        wait: Whether to wait for it.

    Returns:
        Whether the file is ours now; False if it is another's and nobody waits.

    Raises:
        OSError: The file system, or the operating system, has no such locks.
    """
    if fcntl is None:
        raise OSError('this operating system has no locks that end with a process')
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
