"""Checks of the authors' spreadsheets against the lists."""

from collections.abc import Callable
from pathlib import Path

from ....labels.classes import load_classes
from ...acted_names import acted_names
from ...actors import read_actors
from ...annotation_tables import read_table
from ...crowd_votes import RATERS, read_crowd_votes
from ...known_layouts import AmbiguousPlaceError, find_file, load_aliases
from ...text_files import whole_number
from ...votes import read_votes
from .copies import ClipList, Copy

Labels = dict[str, int]


def check_tables(copy: Copy, lists: dict[str, list[ClipList]]) -> dict[str, str]:
    """Reads the existing spreadsheets and compares them with the lists.

    Returns:
        The result for each of them, by kind.
    """
    state = {}
    for kind, check in _CHECKS.items():
        if kind not in load_aliases(copy.cls.ALIASES)['files']:
            continue
        try:
            path = find_file(copy.cls.ALIASES, copy.root, kind).path
            if not path.is_file():
                state[kind] = 'absent'
                continue
            rows = check(copy, path, lists)
        except ImportError as err:
            state[kind] = 'not read'
            copy.findings.add('table-unread', path=path, problem=err)
            continue
        except (AmbiguousPlaceError, ValueError, OSError) as err:
            state[kind] = 'unreadable'
            copy.findings.add('table-unreadable', problem=err)
            continue
        state[kind] = f'{rows} rows'
        wanted = copy.facts['tables'].get(kind, {}).get('rows')
        if wanted not in (None, rows):
            copy.findings.add('table-rows', path=path, rows=rows, wanted=wanted)
    return state


def _check_votes(copy: Copy, path: Path, lists: dict) -> int:
    classes = load_classes('dfew')
    votes = read_votes(path, classes)
    given = {f'{clip:05d}': each.label - 1 for clip, each in votes.items()}
    _compare(copy, path, given, lists['single'])
    odd = [
        f'{clip:05d}'
        for clip, each in votes.items()
        if each.label and each.votes[each.label - 1] != max(each.votes)
    ]
    copy.findings.add('votes-label', odd, path=path)
    return len(votes)


def _check_single_set(copy: Copy, path: Path, lists: dict) -> int:
    rows = _clip_rows(path)
    given = {clip: _ids(path, clip, cells, 1)[0] - 1 for clip, cells in rows.items()}
    _compare(copy, path, given, lists['single'])
    return len(rows)


def _check_multi_set(copy: Copy, path: Path, lists: dict) -> int:
    emotions, compounds = load_classes('mafw'), load_classes('mafw_compound')
    rows = _clip_rows(path)
    given = {}
    for clip, cells in rows.items():
        name = '_'.join(emotions[i - 1] for i in sorted(_ids(path, clip, cells)))
        given[clip] = compounds.index(name) if name in compounds else -1
    _compare(copy, path, given, lists.get('compound', []))
    return len(rows)


def _check_crowd_votes(copy: Copy, path: Path, lists: dict) -> int:
    classes = load_classes(copy.cls.LABEL_SET)
    rows, lacking = 0, set()
    for raters in RATERS:
        votes = read_crowd_votes(path, raters, classes)
        rows += len(votes)
        lacking |= {c for each in lists['single'] for c in each.labels} - votes.keys()
    copy.findings.add('table-clips', sorted(lacking), path=path)
    return rows


def _check_demographics(copy: Copy, path: Path, lists: dict) -> int:
    actors = read_actors(path)
    known = acted_names(copy.cls.LABEL_SET).fields['actor']
    copy.findings.add('table-clips', sorted(known.keys() - actors.keys()), path=path)
    return len(actors)


_CHECKS: dict[str, Callable[[Copy, Path, dict], int]] = {
    'votes': _check_votes,
    'single_set': _check_single_set,
    'multi_set': _check_multi_set,
    'captions': lambda copy, path, lists: len(list(read_table(path))),  # no header
    'crowd_votes': _check_crowd_votes,
    'demographics': _check_demographics,
    'annotation': lambda copy, path, lists: len(_clip_rows(path)),
}


def _clip_rows(path: Path) -> dict[str, list]:
    """Rows by the clip in their first cell, with or without a header before them."""
    found: dict[str, list] = {}
    for number, row in read_table(path):
        clip = str(row[0]).strip().removesuffix('.mp4').removesuffix('.0')
        named = whole_number(clip)
        if named is not None:
            clip = f'{named:05d}'
            if clip in found:
                raise ValueError(
                    f'{path}, row {number}: clip {clip} occurs twice; remove one row.'
                )
            found[clip] = row[1:]
        elif number > 1:
            raise ValueError(
                f'{path}, row {number}: {row[0]!r} is not the name of a clip.'
            )
    return found


def _ids(path: Path, clip: str, cells: list, count: int | None = None) -> list[int]:
    """The ids of a clip's emotions from its last cell: 3, or '1,2'."""
    said = cells[-1] if cells else None
    parts = str(said).split(',')
    ids = [whole_number(part.strip().removesuffix('.0')) for part in parts]
    known = range(1, 1 + len(load_classes('mafw')))
    if not ids or (count and len(ids) != count) or not set(ids) <= set(known):
        raise ValueError(
            f'{path}: the last cell of clip {clip} is {said!r}; expected '
            f'{"one id" if count == 1 else "ids"} from 1 to {known[-1]}.'
        )
    return ids


def _compare(copy: Copy, path: Path, given: Labels, lists: list[ClipList]) -> None:
    listed = {clip: label for each in lists for clip, label in each.labels.items()}
    both = listed.keys() & given.keys()
    differing = sorted(clip for clip in both if given[clip] != listed[clip])
    copy.findings.add('table-label', differing, total=len(both), path=path)
