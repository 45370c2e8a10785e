"""A metric of UAR and WAR by groups of people."""

import logging
from collections.abc import Sequence
from typing import Any

from mmengine.logging import print_log

from ..datasets.people_table import PeopleTable
from ..registry import METRICS
from .clip_metric import ClipMetric, clip_name, clip_scores, single_label
from .group_rows import group_lines
from .group_scores import DRAWS, TestedClip, group_scores, method_in_words
from .people import GROUPS, person_of


@METRICS.register_module()
class PeopleGroupsMetric(ClipMetric):
    """UAR and WAR of each group of people, and the gaps between groups.

    Use it together with :class:`DFERMetric`. A group's numbers are called
    ``people/<kind>/<group>/UAR`` and ``.../WAR``. The log also has the gaps, all
    intervals, and remarks on them.
    :func:`~tgdfer_mm.evaluation.group_scores.group_scores` computes them. A damaged
    clip counts as wrong.

    After an evaluation, `last_result` (in the main process) has for each kind the
    result of that function.

    Args:
        group_by: Kinds of groups: facts of a data sample about the person in its clip,
            or columns of `people_file`. By default all columns; without a table, sex
            and age group if the data set has them.
        people_file: A table of people and their groups, see
            :class:`~tgdfer_mm.datasets.people_table.PeopleTable`.
        draws: Number of bootstrap draws.
        **kwargs: Arguments of mmengine's ``BaseMetric``.

    Raises:
        DataError: The table is malformed, or lacks a column of `group_by`.
        MissingDataError: There is no such table.
    """

    default_prefix = 'people'
    last_result: dict | None = None

    def __init__(
        self,
        group_by: str | Sequence[str] | None = None,
        people_file: str | None = None,
        draws: int = DRAWS,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.table = None if people_file is None else PeopleTable(people_file)
        if isinstance(group_by, str):
            group_by = [group_by]
        if self.table is not None:
            self.kinds = self.table.choose(group_by)
        else:
            self.kinds = tuple(GROUPS if group_by is None else group_by)
        self.asked = group_by is not None
        self.draws = draws

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keeps the person of each clip, and whether the prediction is right.

        Raises:
            ValueError: A clip has no usable label or scores.
            DataError: The table of people lacks the person of a clip.
        """
        num_classes = len(self.classes)
        for sample in data_samples:
            label, right = single_label(sample, num_classes), False
            if not sample.get('damaged'):
                right = int(clip_scores(sample, num_classes).argmax()) == label
            person = person_of(sample)
            if self.table is None:
                groups = {k: str(sample[k]) for k in self.kinds if sample.get(k)}
            else:
                groups = {} if person is None else self.table.groups_of(person)
            self.results.append(
                dict(
                    clip=sample.get('clip'),
                    person=person,
                    name=clip_name(sample),
                    groups={k: groups[k] for k in self.kinds if k in groups},
                    label=label,
                    right=right,
                )
            )

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Computes the metrics of each group, and logs them with the gaps."""
        self.check_complete(results)
        known = [k for k in self.kinds if any(k in r['groups'] for r in results)]
        for kind in self.kinds if self.asked or not known else ():
            if kind in known:
                continue
            print_log(
                f'no clip states the {kind!r} of its person, so there are no numbers '
                'of groups: give a table of people as people_file',
                logger='current',
                level=logging.WARNING,
            )
        clips = [
            TestedClip(
                r['person'] or f'clip {r["name"]}', r['groups'], r['label'], r['right']
            )
            for r in results
        ]
        unnamed = sum(r['person'] is None for r in results)
        if known and unnamed:
            print_log(
                f'{unnamed} clips do not name their person, so each counts as a '
                'different person: if they are not, the intervals are too narrow',
                logger='current',
                level=logging.WARNING,
            )
        self.last_result = {
            kind: group_scores(clips, kind, self.classes, self.draws) for kind in known
        }
        for kind, found in self.last_result.items():
            print_log('\n'.join(group_lines(kind, found)), logger='current')
        if known:
            print_log(method_in_words(), logger='current')
        return {
            f'{kind}/{name}/{number}': group[number]
            for kind, found in self.last_result.items()
            for name, group in found['groups'].items()
            for number in ('UAR', 'WAR')
        }
