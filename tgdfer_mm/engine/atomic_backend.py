"""mmengine's way to files that are there completely or not at all."""

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from ..files import remove_leftovers, replacing


@register_backend('atomic')
class AtomicBackend(LocalBackend):
    """Local files, written under a temporary name and then put in place.

    For files with a single writer, such as checkpoints: they are large, so what an
    earlier one left when it died is removed. Used as
    ``backend_args=dict(backend='atomic')``.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Writes bytes to a file.

        Args:
            obj: The content.
            filepath: The file; its folder is made if needed.
        """
        remove_leftovers(filepath)
        with replacing(filepath) as temporary:
            temporary.write_bytes(obj)

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Writes a text to a file.

        Args:
            obj: The content.
            filepath: The file; its folder is made if needed.
            encoding: How the text is written as bytes.
        """
        self.put(obj.encode(encoding), filepath)
