"""Expected facts of a copy: published counts, those of generated data, or none."""

from collections import Counter
from dataclasses import fields
from pathlib import Path

from ....files import parse_json
from ....labels.classes import load_classes
from ....synth.layouts import FOLDS, LAYOUTS
from ....synth.levels import DEMO, load_level
from ....synth.tree import STAMP, SynthSpec
from ...published import load_facts

COUNTS = ('auto', 'published', 'none')


def expected(dataset: str, root: Path, counts: str = 'auto') -> dict:
    """The expected facts of the copy below `root`.

    Args:
        dataset: File name in ``facts/`` without its suffix, e.g. ``'dfew'``.
        root: Root folder of the data set.
        counts: ``'published'``; ``'none'``, for a part of the data or for own data in
            the same layout; or ``'auto'``: the counts of generated data if this package
            generated them, otherwise the published counts.

    Returns:
        The content of the data set's file in ``facts/``, with the key ``counts``
        (``'published'``, ``'generated'`` or ``'none'``) and without numbers that do not
        apply.

    Raises:
        ValueError: If the data set or `counts` is unknown, or the record of generated
            data cannot be read or has another layout.
    """
    if counts not in COUNTS:
        raise ValueError(f'counts must be in {COUNTS}, not {counts!r}.')
    facts = load_facts(dataset)
    if counts == 'published' or (counts == 'auto' and not (root / STAMP).exists()):
        return {**facts, 'counts': 'published'}
    facts['lists'] = {
        setting: {
            **{key: fact[key] for key in ('options', 'fields') if key in fact},
            'folds': {fold: {} for fold in fact['folds']},
        }
        for setting, fact in facts['lists'].items()
    }
    facts.update(counts='none', scenes={}, pixels={}, tables={})
    facts.update(recordings={}, kinds={})
    if counts == 'auto':
        spec = read_spec(root)
        if spec.layout != dataset:
            raise ValueError(
                f'{root} holds generated clips in the layout of {spec.layout!r}, not '
                f'of {dataset!r}.'
            )
        _fill_in(facts, spec)
    return facts


def read_spec(root: Path) -> SynthSpec:
    """The parameters of generated data.

    Raises:
        ValueError: If their record cannot be read.
    """
    try:
        stamp = parse_json((root / STAMP).read_text(encoding='utf-8'))
        known = {field.name for field in fields(SynthSpec)}
        return SynthSpec(**{k: v for k, v in stamp.items() if k in known})
    except (OSError, ValueError, TypeError, AttributeError) as err:
        raise ValueError(
            f'{root / STAMP} does not have the parameters of generated clips ({err}). '
            'If the clips are not generated, remove the file or set other counts.'
        ) from err


def _fill_in(facts: dict, spec: SynthSpec) -> None:
    plan, layout = spec.plan(), LAYOUTS[spec.layout]
    label_set = spec.layout if spec.level == DEMO else load_level(spec.level).label_set
    names = load_classes(label_set)

    def class_counts(clips: list) -> list[int]:
        found = Counter(layout.class_name(clip.emotion).lower() for clip in clips)
        return [found[name] for name in names]

    single = facts['lists']['single']
    single.update(clips=len(plan), class_counts=class_counts(plan))
    facts['lists'] = {'single': single}  # other settings are not generated
    for fold, fact in single['folds'].items():
        tested = int(fold or FOLDS)
        for subset in ('train', 'test'):
            clips = [c for c in plan if (c.fold == tested) == (subset == 'test')]
            fact[subset] = len(clips)
            fact[f'{subset}_class_counts'] = class_counts(clips)
    facts.update(counts='generated', classes=list(names), label_set=label_set)
