"""The folder of one input's result: its files, and the input that it belongs to."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ..files import DamagedFileError, read_json, remove_leftovers, write_text
from ..locks import lock_file
from ..video.errors import UsageError
from ..visualization.video import ANNOTATED_NAME
from .result import SCHEMA
from .writing import CSV_NAME, JSON_NAME, naming_what_fails, prepare_folder

ROW_NAME = 'row.json'  # row of a summary of many videos, see .many.row
_LONGEST_NAME = 160  # bytes
_TRACK = re.compile(r'track\d+\.(png|html)')


class OutputFolder:
    """A folder that never mixes a new result with an older one, or with other files.

    ``.<folder>.files.json`` next to the folder lists the written files and their input.
    A later run removes the listed files that it does not replace; other files are left
    alone.

    Args:
        path: The folder.
        source: The input: a path, or the name of a camera.
    """

    def __init__(self, path: Path, source: str) -> None:
        self.path = path
        self._input = os.path.realpath(source) if os.path.exists(source) else source
        self._list = path.with_name(f'.{path.name}.files.json')

    def prepare(self) -> None:
        """Makes the folder and checks that the result may be written there.

        Raises:
            UsageError: It has the result of another input, or this program would
                overwrite files that it did not write.
            OutputError: Nothing can be written there.
        """
        if os.path.realpath(self.path) == self._input:
            raise UsageError(
                f'{self.path} is the input itself: choose another folder with --out'
            )
        if os.path.lexists(self.path) and not self.path.is_dir():
            raise UsageError(
                f'{self.path} is no folder, so it takes no result: choose another '
                'folder with --out'
            )
        earlier = self._earlier()
        if earlier is not None and earlier['input'] not in (None, self._input):
            raise UsageError(
                f'{self.path} has the result of {earlier["input"]}, which that of '
                f'{self._input} would replace: choose another folder with --out, or '
                'remove this one'
            )
        prepare_folder(self.path)
        own = set() if earlier is None else set(earlier['files'])
        with naming_what_fails(self.path):
            there = sorted(os.listdir(self.path))
        other = [name for name in there if is_ours(name) and name not in own]
        if other:
            raise UsageError(
                f'{self.path / other[0]} would be overwritten, but was not written by '
                'this program: choose another folder with --out'
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other processes from writing here at the same time.

        Raises:
            UsageError: Another process does that already.
            OutputError: The folder has been removed.
        """
        with naming_what_fails(self.path):
            handle = os.open(self.path, os.O_RDONLY)
        try:
            with suppress(OSError):  # a file system without locks
                if not lock_file(handle, wait=False):
                    raise UsageError(
                        f'{self.path}: another process is writing there right now. '
                        'Wait for it, or choose another folder with --out'
                    )
            yield
        finally:
            os.close(handle)

    def remove_earlier(self, names: Iterable[str]) -> None:
        """Removes the files of an earlier run, and notes those of this one.

        Args:
            names: Names of the files of this run.

        Raises:
            OutputError: It cannot be removed.
        """
        earlier = self._earlier() or dict(files=[])
        with naming_what_fails(self.path):
            for name in earlier['files']:
                remove_leftovers(self.path / name)  # left by a run that was killed
                if name != JSON_NAME:  # replaced in one step, so that there is one
                    (self.path / name).unlink(missing_ok=True)
        self._note(names)

    def add(self, name: str) -> None:
        """Notes one more file of this run; the others stay.

        Raises:
            OutputError: It cannot be noted.
        """
        earlier = self._earlier() or dict(files=[])
        self._note({*earlier['files'], name})

    def _note(self, names: Iterable[str]) -> None:
        note = dict(input=self._input, files=sorted(names))
        with naming_what_fails(self._list):
            write_text(self._list, json.dumps(note, indent=1) + '\n')

    def _earlier(self) -> dict | None:
        """Input and files of the run before; None if there was none."""
        try:
            known = read_json(self._list, 'input', 'files')
            files = [name for name in known['files'] if is_ours(name)]
            return dict(input=known['input'], files=files)
        except (DamagedFileError, TypeError):
            return self._of_result()

    def _of_result(self) -> dict | None:
        """The same for a folder without a list, from the result itself."""
        try:
            result = read_json(self.path / JSON_NAME, 'schema', 'source', 'tracks')
            if result['schema'] != SCHEMA:
                return None
            known = Path(result['source']['path']).name
            names = result_files(result)
        except (DamagedFileError, TypeError, KeyError):
            return None
        # A path may be relative to any folder; only its name is sure.
        same = known == Path(self._input).name
        return dict(input=None if same else result['source']['path'], files=names)


def result_files(result: dict, pictures: bool = True) -> list[str]:
    """Names of all files that are written for a result."""
    names = [JSON_NAME, CSV_NAME]
    if pictures:
        names.append(ANNOTATED_NAME)
        for track in result['tracks']:
            names += [f'track{track["id"]}.png', f'track{track["id"]}.html']
    return names


def output_folders(out: str, inputs: Sequence[str | int]) -> list[OutputFolder]:
    """Makes one folder for each input, named after it.

    Raises:
        UsageError: Two inputs would be written to one folder, or see
            :meth:`OutputFolder.prepare`.
        OutputError: Nothing can be written there.
    """
    folders: dict[str, tuple[OutputFolder, str | int]] = {}
    for each in inputs:
        folder = OutputFolder(Path(out, _folder_name(each)), str(each))
        # Two names that differ in case are one folder on some systems.
        key = folder.path.name.casefold()
        if key in folders:
            raise UsageError(
                f'{each} and {folders[key][1]} would both be written to {folder.path}: '
                'give them in two calls with another --out each'
            )
        folders[key] = folder, each
    for folder, _ in folders.values():
        folder.prepare()
    return [folder for folder, _ in folders.values()]


def _folder_name(each: str | int) -> str:
    if isinstance(each, int):
        return f'camera{each}'
    # Links keep their own names: their target may have any name.
    path = Path(os.path.abspath(each))
    name = path.name if os.path.isdir(path) else path.stem
    name = name if name.strip('.') else f'input{path.name}'
    # A file system allows 255 bytes, and the list next to the folder has a longer name.
    return os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])


def is_ours(name: object) -> bool:
    """True if it is the name of a file that is written for a result."""
    known = (JSON_NAME, CSV_NAME, ANNOTATED_NAME, ROW_NAME)
    return isinstance(name, str) and (name in known or bool(_TRACK.fullmatch(name)))
