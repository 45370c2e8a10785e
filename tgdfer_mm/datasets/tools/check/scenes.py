"""Checks of FERV39k's scenes: sizes, numbering, and lists of single scenes."""

from collections import Counter, defaultdict

from ...known_layouts import AmbiguousPlaceError, find_file
from .copies import ClipList, Copy


def check_scenes(copy: Copy, lists: list[ClipList]) -> None:
    """Checks the scenes of the lists of all clips.

    Args:
        copy: The copy.
        lists: Its lists of all scenes.
    """
    numbers: dict[str, set[int]] = defaultdict(set)
    for each in lists:
        sizes = Counter(clip.split('/')[0] for clip in each.labels)
        for clip in each.labels:
            group, _, number = clip.rpartition('/')
            numbers[group].add(int(number))
        wrong = [
            f'{scene}: {sizes[scene]}, not {fact[each.subset]}'
            for scene, fact in copy.facts['scenes'].items()
            if sizes[scene] != fact[each.subset]
        ]
        copy.findings.add('scene-size', wrong, path=each.path)
        _check_own_lists(copy, each, sizes)
    gaps = sorted(g for g, found in numbers.items() if max(found) >= len(found))
    if len(lists) == 2 and copy.facts['counts'] != 'none':
        copy.findings.add('scene-gaps', gaps)


def _check_own_lists(copy: Copy, whole: ClipList, scenes: Counter) -> None:
    differing, missing = [], []
    for scene in sorted(scenes):
        dataset = copy.dataset(whole.subset, None)
        fields = dict(subset=whole.subset, scene=scene)
        try:
            found = find_file('ferv39k', copy.root, 'scene_split', **fields)
            if not found.path.is_file():
                missing.append(scene)
                continue
            dataset.split_file = found.path
            clips = {entry['clip'] for entry in dataset.read_list()}
        except (AmbiguousPlaceError, ValueError, OSError) as err:
            differing.append(str(err))
            continue
        if clips != {c for c in whole.labels if c.split('/')[0] == scene}:
            differing.append(str(found.path))
    copy.findings.add('scene-lists', differing, whole=whole)
    if not differing and len(missing) < len(scenes):
        copy.findings.add('scene-lists-missing', missing, whole=whole)
