"""Files that are there completely or not at all."""

import os
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend


@register_backend('atomic')
class AtomicBackend(LocalBackend):
    """Local files, written under a temporary name and then put in place.

    A process that dies while writing leaves the former file untouched, and a reader
    never meets half a file. Used as ``backend_args=dict(backend='atomic')``.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Writes bytes to a file.

        Args:
            obj: The content.
            filepath: The file; its folder is made if needed.
        """
        path = Path(filepath)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Always the same name, so that the next attempt clears up after a dead one.
        temporary = path.with_name(f'.{path.name}.tmp')
        with open(temporary, 'wb') as file:
            file.write(obj)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Writes a text to a file.

        Args:
            obj: The content.
            filepath: The file; its folder is made if needed.
            encoding: How the text is written as bytes.
        """
        self.put(obj.encode(encoding), filepath)


def _sync_folder(folder: Path) -> None:
    # The new name itself has to reach the disk too.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
