"""The password of the authors' archives, asked for only when it is needed."""

import sys
from getpass import getpass
from pathlib import Path


class Password:
    """A password from a file or the keyboard, which is never printed or stored.

    Args:
        file: The file with the password in its first line; None to ask for it.
    """

    def __init__(self, file: str | Path | None = None) -> None:
        self._file = Path(file).expanduser() if file else None
        self._known: bytes | None = None

    def get(self) -> bytes:
        """The password; the first call asks for it.

        Raises:
            ValueError: If the file's first line is empty, or there is no file and no
                terminal to ask on.
            OSError: If the file cannot be read.
        """
        if self._known is None:
            self._known = self._read() if self._file else self._ask()
        return self._known

    def _read(self) -> bytes:
        lines = self._file.read_bytes().removeprefix(b'\xef\xbb\xbf').splitlines()
        if not (lines and lines[0]):
            raise ValueError(f'the first line of {self._file} should be the password')
        return lines[0]

    @staticmethod
    def _ask() -> bytes:
        if not sys.stdin.isatty():
            raise ValueError(
                'there is no terminal to ask for the password; write it into a file '
                'that only you can read, and give that with --password-file'
            )
        return getpass('Password of the archives: ').encode()

    def __repr__(self) -> str:
        return 'Password(...)'

    def __reduce__(self) -> None:
        raise TypeError('a password must not be pickled')
