"""Rationales of test clips: sentences about each chosen frame."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tgdfer_mm.evaluation.rationale_metric import RationaleConsistencyMetric
from tgdfer_mm.models.text.movement_texts import TowerMovements
from tgdfer_mm.movements.lexicon import load_lexicon
from tgdfer_mm.movements.words import tell_moment


@dataclass
class TestClip:
    """A test clip as a trained model sees it.

    Attributes:
        name: Its name.
        label: Its class.
        score: (K,) of the model.
        relevance: (n,) of its frames for the predicted class.
        truth: Of its frames, the true values of the units.
        features: (n, D) of the image tower.
    """

    name: str
    label: int
    score: Tensor
    relevance: np.ndarray
    truth: Sequence[Mapping[str, float]]
    features: Tensor

    @property
    def pred(self) -> int:
        """The predicted class."""
        return int(self.score.argmax())


def chosen(clip: TestClip, share: float, rng: np.random.Generator | None) -> np.ndarray:
    """The most relevant share of the frames, or as many drawn ones, ascending."""
    count = max(1, round(share * len(clip.relevance)))
    if rng is None:
        return np.sort(np.argsort(-clip.relevance, kind='stable')[:count])
    return np.sort(rng.choice(len(clip.relevance), count, replace=False))


def told_truth(clip: TestClip, frames: Sequence[int]) -> list[str]:
    """Sentences about the true movements of the frames."""
    return [tell_moment(clip.truth[i]) for i in frames]


def told_by(reader: TowerMovements) -> Callable[[TestClip, Sequence[int]], list[str]]:
    """Sentences about the movements that a text tower reads in the frames."""

    def tell(clip: TestClip, frames: Sequence[int]) -> list[str]:
        found = (reader.told(row) for row in reader.read(clip.features[list(frames)]))
        words = (', '.join(m.texts[0] for m, _ in each) for each in found)
        return [each or load_lexicon().rest for each in words]

    return tell


def figures(
    clips: Sequence[TestClip],
    texts: Sequence[Sequence[str]],
    classes: Sequence[str],
    judge: object,
) -> dict[str, float]:
    """EEA, FCR, EPC, WAR and sentences of rationales, by a judge, in percent."""
    metric = RationaleConsistencyMetric(judge)
    metric.dataset_meta = dict(classes=tuple(classes))
    samples = [
        dict(
            clip=clip.name,
            gt_label=torch.tensor([clip.label]),
            pred_score=clip.score,
            rationale=[f'{sentence}.' for sentence in said],
        )
        for clip, said in zip(clips, texts, strict=True)
    ]
    metric.process(None, samples)
    metric.evaluate(len(samples))
    return {name: metric.last_result[name] for name in metric.MEANS}
