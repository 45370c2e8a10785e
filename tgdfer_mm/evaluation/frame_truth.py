"""The true intensity of the labelled expression in every frame of a clip."""

from pathlib import Path

import numpy as np

from ..files import parse_json


class FrameTruth:
    """A file of true intensities, only for evaluation.

    Args:
        ann_file: JSON: `{"apex_threshold": float, "clips": {name: {"label": class,
            "intensity": [0..1 per frame of the clip]}}}`.

    Raises:
        FileNotFoundError: If `ann_file` does not exist.
        ValueError: If it is not such a file.
    """

    def __init__(self, ann_file: str | Path) -> None:
        self.path = Path(ann_file)
        if not self.path.is_file():
            raise FileNotFoundError(
                f'{self.path}: no such file of true intensities. Synthetic data come '
                'with one; for data without it, remove FrameRelevanceMetric from the '
                'evaluators'
            )
        try:
            content = parse_json(self.path.read_text(encoding='utf-8'))
            self.threshold = float(content['apex_threshold'])
            self.clips = dict(content['clips'])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f'{self.path}: expected {{"apex_threshold": ..., "clips": {{...}}}}: '
                f'{type(error).__name__}: {error}'
            ) from error

    def expressive(self, clip: str, label: str, sampled: np.ndarray) -> np.ndarray:
        """Whether each frame of a clip truly shows the labelled expression.

        Args:
            clip: Name of the clip.
            label: Its class in the data set.
            sampled: The sampled frame indices, which are checked.

        Returns:
            One boolean per frame of the whole clip.

        Raises:
            ValueError: If the clip is not in the file, or disagrees with it.
        """
        if clip not in self.clips:
            raise ValueError(f'{self.path}: clip {clip} is not in the file')
        entry = self.clips[clip]
        # FERV39k's files have `Happy`, and the class list has `happy`.
        if entry['label'].casefold() != label.casefold():
            raise ValueError(
                f'{self.path}: clip {clip} is labelled {entry["label"]!r} there '
                f'and {label!r} in the data set'
            )
        intensity = np.asarray(entry['intensity'])
        if sampled.max() >= len(intensity):
            raise ValueError(
                f'{self.path}: clip {clip} has {len(intensity)} intensities, but '
                f'frame {sampled.max()} was sampled'
            )
        return intensity >= self.threshold
