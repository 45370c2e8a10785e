"""A file backend of mmengine that never leaves an incomplete file."""

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from ..files import remove_leftovers, replacing


@register_backend('atomic')
class AtomicBackend(LocalBackend):
    """Local files that are written under a temporary name and then renamed.

    It is for files with a single writer, such as checkpoints. They are large, so
    temporary files of an earlier process that was killed are removed. Use it as
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
            encoding: The encoding of the text.
        """
        self.put(obj.encode(encoding), filepath)
