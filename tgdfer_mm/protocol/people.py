"""Metrics of groups of people, from written predictions of all folds and seeds."""

from collections.abc import Sequence

from ..datasets.people_table import PeopleTable
from ..evaluation.group_rows import SCHEMA
from ..evaluation.group_scores import (
    DRAWS,
    TestedClip,
    group_scores,
    method_in_words,
)
from .contenders import Contender


def scores_by_group(
    model: Contender,
    kinds: Sequence[str] | None = None,
    table: PeopleTable | None = None,
    draws: int = DRAWS,
) -> dict:
    """UAR and WAR of each group of people, and the gaps between groups.

    The clips of all folds are pooled, because a single fold has few people.

    Args:
        model: The predictions.
        kinds: Kinds of groups, by default all that are known.
        table: The groups of each person; without it, the groups in the predictions.
        draws: Number of bootstrap draws.

    Returns:
        Plain data: the tested data (`dataset`, `pixel_version`, `selection`,
        `num_seeds`, `folds`, `num_clips`, `num_people`, `classes`), `method`, `remarks`
        and `groups`, which has for each kind the result of
        :func:`~tgdfer_mm.evaluation.group_scores.group_scores`.

    Raises:
        ValueError: No clip names its person, no group of a kind is known, or a person
            is in two groups of a kind.
        DataError: The table lacks a person or a column.
    """
    lines = {
        (result.fold, line['clip']): line
        for result in model.results
        for line in result.predictions
    }
    nameless = [clip for (_, clip), line in lines.items() if not line.get('person')]
    if len(nameless) == len(lines):
        raise ValueError(
            f'{model.name}: no clip names its person, so people cannot be told apart. '
            'Either the data set does not state it, or an earlier version wrote the '
            'predictions. Then write new ones with `tgdfer test --dump`.'
        )
    groups = {
        clip: _groups(line, table) if line.get('person') else {}
        for clip, line in lines.items()
    }
    known = sorted({kind for each in groups.values() for kind in each})
    kinds = known if kinds is None else list(kinds)
    if table is not None:
        kinds = list(table.choose(kinds))
    unknown = [kind for kind in kinds if kind not in known]
    if unknown or not kinds:
        said = f'the {unknown[0]!r} of' if unknown else 'any group of'
        raise ValueError(
            f'{model.name}: no clip states {said} its person; known is '
            f'{", ".join(known) or "nothing"}. Give a table of people (--people) that '
            'states it. For CREMA-D it is in VideoDemographics.csv in its folder; '
            'this file must be there when the model is tested.'
        )
    order = sorted(lines, key=lambda clip: (clip[0] or 0, clip[1]))
    right = model.correct(order).mean(0)
    clips = [
        TestedClip(
            lines[clip].get('person') or f'clip {clip[1]}',
            groups[clip],
            lines[clip]['label'],
            float(share),
        )
        for clip, share in zip(order, right, strict=True)
    ]
    classes = model.meta['classes']
    remarks = []
    if nameless:
        remarks.append(
            f'{len(nameless)} clips do not name their person, so each counts as a '
            'different person: if they are not, the intervals are too narrow.'
        )
    return dict(
        schema=SCHEMA,
        dataset=model.meta.get('dataset'),
        pixel_version=model.meta.get('pixel_version'),
        selection=model.rule,
        num_seeds=len(model.seeds),
        folds=sorted({fold for fold, _ in lines if fold is not None}),
        num_clips=len(clips),
        num_people=len({clip.person for clip in clips}),
        classes=list(classes),
        method=method_in_words(),
        remarks=remarks,
        groups={kind: group_scores(clips, kind, classes, draws) for kind in kinds},
    )


def _groups(line: dict, table: PeopleTable | None) -> dict[str, str]:
    if table is not None:
        return table.groups_of(line['person'])
    return line.get('groups') or {}
