"""A user's clips in folders by class."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..clips.frame_names import is_frame, natural_sorted
from ..video.reading import VIDEOS
from .own_clips import OwnClip, OwnData, name_of, plain, split_of
from .text_files import DataError, some

NO_CLASS = '(no class)'


def read_tree(root: Path) -> OwnData:
    """Lists the clips below a folder: ``class/clip.mp4`` and ``class/clip/*.jpg``.

    Further folders between a class and a clip are read as people,
    ``class/person/clip.mp4``. If all folders of the root have names such as ``train``
    and ``test``, they are the split, ``split/class/clip.mp4``. Hidden files and folders
    are ignored.

    Args:
        root: The folder.

    Raises:
        DataError: If there is no clip; the message says what there is.
    """
    found = OwnData(root, root)
    entries = list(_in_text(found, NO_CLASS, root))
    tops = [entry for entry in entries if entry.is_dir()]
    splits = {entry.name: split_of(entry.name) for entry in tops}
    stated = {split for split in splits.values() if split}
    are_splits = len(tops) > 1 and all(splits.values())
    if len(stated) > 1 and not are_splits:
        others = [name for name, split in splits.items() if not split]
        raise DataError(
            f'{root} has folders of a split, {sorted(set(splits) - set(others))}, next '
            f'to others, {others}. Move the others away; or, if all of them are '
            'classes, list the clips in a file (clips.csv).'
        )
    if are_splits:
        found.remarks.append(
            f'{root}: its folders {sorted(splits)} are read as the split, not as '
            'classes. If they are classes, list the clips in a file (clips.csv).'
        )
        for top in tops:
            for each in _in_text(found, NO_CLASS, Path(top.path)):
                _read_class(found, each, splits[top.name])
    for entry in entries:
        if not are_splits or not entry.is_dir():
            _read_class(found, entry, None)
    if not found.clips:
        lost = [*found.losses(), *found.remarks]
        raise DataError(
            f'{root} holds no clip. Expected are videos ({root}/CLASS/CLIP.mp4) and '
            f'folders of frames ({root}/CLASS/CLIP/0001.jpg), or a list '
            f'({root}/clips.csv).' + ''.join(f' {each}' for each in lost)
        )
    if len(tops) == 1:
        raise DataError(
            f'{root} has one folder only, {tops[0].name}, and every folder is a class: '
            'a classifier needs two or more. If the classes are in that folder, give '
            f'{tops[0].path}; otherwise add a folder of another class.'
        )
    _refuse_links(found)
    if others := found.others:
        found.remarks.append(
            f'{root}: {len(others)} files are neither videos nor pictures, by the '
            f'suffix of their names, and are ignored: {some(others, 5)}.'
        )
    people = {plain(c.person): c.person for c in found.clips if c.person}.values()
    if people:
        names = some(natural_sorted(people), 5)
        found.remarks.append(
            f'{root}: the folders between class and clip are read as {len(people)} '
            f'people ({names}), whose clips stay together in every split.'
        )
    return found


def _refuse_links(found: OwnData) -> None:
    """Refuses a clip that a link puts into two places."""
    first: dict[str, str] = {}
    for clip in found.clips:
        place = os.path.realpath(clip.path)
        if first.setdefault(place, clip.name) != clip.name:
            raise DataError(
                f'{found.root}: {first[place]} and {clip.name} are the same clip '
                'because of a link. Remove one of them; if it shows several classes, '
                'list the clips in a file (clips.csv), with happy;sad as its label.'
            )


def _read_class(found: OwnData, entry: os.DirEntry, split: str | None) -> None:
    if not entry.is_dir():
        if _is_video(entry.name):
            why = 'since a video has to lie in the folder of its class'
            found.leave_out(why, NO_CLASS, name_of(Path(entry.path), found.root))
        return
    before = len(found.clips) + _lost(found)
    _read_folder(found, Path(entry.path), entry.name, (), split, {found.root})
    if len(found.clips) + _lost(found) == before:
        found.remarks.append(
            f'{entry.path}: this folder of a class holds no clip, so there is no class '
            f'{entry.name!r}.'
        )


def _read_folder(
    found: OwnData,
    folder: Path,
    label: str,
    middle: tuple[str, ...],
    split: str | None,
    above: set[Path],
) -> None:
    """Adds the clips of a folder: the folder itself, or the clips inside it."""
    real = folder.resolve()
    if real in above:
        return  # a link to a parent folder
    entries = list(_in_text(found, label, folder))
    folders = [entry for entry in entries if entry.is_dir()]
    files = [entry for entry in entries if not entry.is_dir()]
    videos = [entry for entry in files if _is_video(entry.name)]
    pictures = [entry for entry in files if is_frame(entry.name)]

    def add(path: Path, video: bool, people: tuple[str, ...]) -> None:
        name = name_of(path, found.root)
        person = people[0] if people else None
        clip = OwnClip(name, path, video, {label: 1.0}, person, split)
        found.clips.append(clip)

    known = {entry.name for entry in (*videos, *pictures)}
    found.others += [
        name_of(Path(entry.path), found.root)
        for entry in files
        if entry.name not in known
    ]
    twins = {plain(entry.name): Path(entry.path) for entry in folders}
    for entry in videos:
        path, name = Path(entry.path), name_of(Path(entry.path), found.root)
        if plain(path.stem) in twins and _has_frames(twins[plain(path.stem)]):
            why = 'since a folder of frames has the same name'
            found.leave_out(why, label, name)
        elif not (why := unusable(path)):
            add(path, True, middle)
        else:
            found.leave_out(why, label, name)
    if pictures and (videos or not middle):
        why = 'since the frames of a clip have to lie in a folder of their own'
        found.leave_out(why, label, f'{name_of(folder, found.root)}/{pictures[0].name}')
    elif pictures:
        add(folder, False, middle[:-1])
    if middle and not (folders or videos or pictures):
        why = 'since the folder holds neither pictures nor a video'
        found.leave_out(why, label, name_of(folder, found.root))
    for entry in folders:
        path = Path(entry.path)
        _read_folder(found, path, label, (*middle, entry.name), split, {*above, real})


def unusable(path: Path) -> str | None:
    """The reason why a file or folder is not a clip; None if it may be one."""
    try:
        if path.is_dir():
            return None if _has_frames(path) else 'since it holds no picture'
        size = path.stat().st_size
    except FileNotFoundError:
        return 'since it does not exist'
    except OSError as err:
        return f'since it cannot be opened ({err.strerror})'
    if size == 0:
        return 'since the file is empty (0 bytes)'
    if not path.is_file():
        return 'since it is a pipe or device'
    if is_frame(path.name):
        return 'since it is a single picture; name the folder of its frames'
    return None


def entries_of(folder: Path) -> Iterator[os.DirEntry]:
    """The entries of a folder in natural order, without hidden ones."""
    try:
        with os.scandir(folder) as scan:
            entries = {entry.name: entry for entry in scan if entry.name[0] != '.'}
    except OSError as err:
        raise DataError(f'{folder} cannot be read ({err.strerror or err}).') from err
    return iter([entries[name] for name in natural_sorted(entries)])


def _in_text(found: OwnData, label: str, folder: Path) -> Iterator[os.DirEntry]:
    """The entries of a folder whose names are valid text."""
    for entry in entries_of(folder):
        shown = entry.name.encode('utf-8', 'backslashreplace').decode()
        if shown == entry.name:
            yield entry
        else:
            why = 'since the name is not in UTF-8; rename it'
            found.leave_out(why, label, name_of(folder / shown, found.root))


def _is_video(name: str) -> bool:
    return name.lower().endswith(VIDEOS) and name[0] != '.'


def _has_frames(folder: Path) -> bool:
    with os.scandir(folder) as scan:
        return any(is_frame(entry.name) for entry in scan)


def _lost(found: OwnData) -> int:
    return sum(len(n) for each in found.left_out.values() for n in each.values())
