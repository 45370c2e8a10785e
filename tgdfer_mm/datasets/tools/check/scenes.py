"""Checks of FERV39k's scenes: their sizes, numbering and lists of their own."""

from collections import Counter, defaultdict

from ...known_layouts import AmbiguousPlaceError, find_file
from .copies import ClipList, Copy
from .findings import some


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
        if wrong:
            copy.findings.error(
                'scene-size',
                f'{each.path} has other clips per scene than published: {some(wrong)}.',
                "Take the lists from the authors' archive.",
                wrong,
            )
        _check_own_lists(copy, each, sizes)
    gaps = sorted(g for g, found in numbers.items() if max(found) >= len(found))
    if gaps and len(lists) == 2 and copy.facts['counts'] != 'none':
        copy.findings.warning(
            'scene-gaps',
            f'The clip numbers of {len(gaps)} groups of scene and class have gaps: '
            f"{some(gaps)}. The authors' start at 0000 and have none.",
            "Compare the lists with the authors'.",
            gaps,
        )


def _check_own_lists(copy: Copy, whole: ClipList, scenes: Counter) -> None:
    differing, missing = [], []
    for scene in sorted(scenes):
        try:
            found = find_file(
                'ferv39k', copy.root, 'scene_split', subset=whole.subset, scene=scene
            )
        except AmbiguousPlaceError as err:
            differing.append(str(err))
            continue
        if not found.path.is_file():
            missing.append(scene)
            continue
        dataset = copy.dataset(whole.subset, None)
        dataset.split_file = found.path
        try:
            clips = {entry['clip'] for entry in dataset.read_list()}
        except (ValueError, OSError) as err:
            differing.append(str(err))
            continue
        if clips != {c for c in whole.labels if c.split('/')[0] == scene}:
            differing.append(str(found.path))
    if differing:
        copy.findings.warning(
            'scene-lists',
            f'Lists of single scenes do not agree with {whole.path}: '
            f'{some(differing)}.',
            "Take both from the authors' archive.",
            differing,
        )
    elif len(missing) < len(scenes) and missing:
        copy.findings.note(
            'scene-lists-missing',
            f'There are no {whole.subset} lists of the scenes {some(missing)}.',
            who=missing,
        )
