"""A metric of rationales: agreement with the true and the predicted emotion."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log

from ..files import parse_json, read_lines
from ..labels.expression_names import same_expression
from ..registry import METRICS
from .clip_metric import clip_name, single_label
from .judges import Judge, build_judge
from .label_metric import LabelMetric
from .rationale_scores import consistency, sentence_share, split_sentences

PARROTS = 99.0  # percent EPC; from here on the log compares EEA and WAR


@METRICS.register_module()
class RationaleConsistencyMetric(LabelMetric):
    """EEA, FCR and EPC of the rationales of all clips, from a judge.

    The figures are those of :func:`.consistency`, in percent, and ``sentences``, the
    mean of :func:`.sentence_share` with the true class. Their names begin with
    ``rationale_`` and the judge's name, because another judge gives other figures. A
    clip agrees with no class if it has no rationale or no judgement, or could not be
    read.

    After an evaluation, `last_result` (in the main process) has the figures, the
    ``judge``, ``EEA_by_class``, and the numbers of clips that are ``unjudged`` and
    ``without`` a rationale.

    Args:
        judge: See :func:`.build_judge`.
        rationales: JSON lines, ``{"clip": NAME, "rationale": TEXT or [TEXT, ...]}``. By
            default the field ``rationale`` of the data samples, of the same form.
        prefix: Text before the names, instead of ``rationale_<judge>``.
        **kwargs: Arguments of :class:`LabelMetric`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: There is no such judge, or a line of the file has another form.
    """

    MEANS = ('EEA', 'FCR', 'EPC', 'WAR', 'sentences')
    BY_CLASS = 'EEA_by_class'

    def __init__(
        self,
        judge: str | dict | Judge = 'rule',
        rationales: str | Path | None = None,
        prefix: str | None = None,
        **kwargs,
    ) -> None:
        self.judge_of_texts = build_judge(judge)
        super().__init__(
            prefix=prefix or f'rationale_{self.judge_of_texts.name}', **kwargs
        )
        self._path = rationales
        self._known = None if rationales is None else read_rationales(rationales)

    def read(
        self, sample: dict, scores: torch.Tensor | None, num_classes: int
    ) -> dict[str, Any]:
        """True class, predicted class and sentences of a clip.

        Raises:
            ValueError: There is no rationale and no file of them.
        """
        if self._known is not None:
            said = self._known.get(clip_name(sample), [])
        elif scores is None:
            said = []
        elif 'rationale' in sample:
            said = sample['rationale'] or []
        else:
            raise ValueError(
                f'clip {clip_name(sample)}: the data sample has no `rationale`; give '
                'RationaleConsistencyMetric a file of them, rationales=...'
            )
        return dict(
            label=single_label(sample, num_classes),
            pred=None if scores is None else int(scores.argmax()),
            sentences=split_sentences(said),
        )

    def judge(self, results: list[dict]) -> dict:
        """The figures of some clips."""
        classes = self.classes
        names = [same_expression(name) for name in classes]
        neutral = names.index('neutral') if 'neutral' in names else None
        wholes = [' '.join(r['sentences']) for r in results]
        parts = [s for r in results for s in r['sentences']]
        texts = list(dict.fromkeys(filter(None, [*wholes, *parts])))
        found = self.judge_of_texts.judge(texts, classes)
        known = dict(zip(texts, found, strict=True))
        judged = [
            None if r['damaged'] else known.get(whole)
            for r, whole in zip(results, wholes, strict=True)
        ]
        truth = [r['label'] for r in results]
        shares = [self._share(r, known, neutral) for r in results]
        unjudged = zip(judged, wholes, strict=True)
        return dict(
            consistency(truth, [r['pred'] for r in results], judged),
            sentences=100 * float(np.mean(shares)),
            judge=self.judge_of_texts.name,
            classes=list(classes),
            num_clips=len(results),
            unjudged=sum(label is None and bool(whole) for label, whole in unjudged),
            without=sum(not whole for whole in wholes),
            EEA_by_class={
                name: 100 * float(np.mean([label == k for label in own]))
                for k, name in enumerate(classes)
                if (own := [j for j, t in zip(judged, truth, strict=True) if t == k])
            },
        )

    @staticmethod
    def _share(result: dict, known: dict[str, int | None], neutral: int | None):
        if result['damaged']:
            return 0.0
        judged = [known[sentence] for sentence in result['sentences']]
        return sentence_share(judged, result['label'], neutral)

    def remark(self, result: dict) -> None:
        """Logs facts that the metrics do not show."""
        judge = result['judge']
        if result['unjudged'] or result['without']:
            print_log(
                f'rationales, judge {judge}: {result["without"]} of '
                f'{result["num_clips"]} clips have none, and for {result["unjudged"]} '
                'the judge finds no emotion; these clips agree with no class',
                logger='current',
                level=logging.WARNING,
            )
        if result['EPC'] >= PARROTS and result['EEA'] <= result['WAR']:
            print_log(
                f'rationales, judge {judge}: they only repeat the predicted label '
                '(EPC is near 100 and EEA is not above the accuracy)',
                logger='current',
                level=logging.WARNING,
            )


def read_rationales(path: str | Path) -> dict[str, list[str]]:
    """Reads a file of rationales: their sentences by clip.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A line has another form, or a clip is there twice. The message names
            file and line.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f'{path}: there is no such file of rationales; give its path as '
            'rationales=...'
        )
    found: dict[str, list[str]] = {}
    try:
        lines = read_lines(path)
    except UnicodeDecodeError as error:
        raise ValueError(f'{path} is not a text in UTF-8: {error}') from error
    for number, line in enumerate(lines, 1):
        where = f'{path}, line {number}'
        try:
            row = parse_json(line)
        except ValueError as error:
            raise ValueError(f'{where}: not valid JSON ({error})') from error
        clip = row.get('clip') if isinstance(row, dict) else None
        said = row.get('rationale') if isinstance(row, dict) else None
        several = isinstance(said, list) and all(isinstance(s, str) for s in said)
        if not isinstance(clip, str) or not (isinstance(said, str) or several):
            raise ValueError(
                f'{where}: expected {{"clip": NAME, "rationale": TEXT or a list of '
                f'texts}}, not {line:.80}'
            )
        if clip in found:
            raise ValueError(
                f'{where}: clip {clip} is there twice; remove one of its lines'
            )
        found[clip] = split_sentences(said)
    return found
