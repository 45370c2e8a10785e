"""Drawn clips, their features from the frozen tower, and descriptions of them."""

from dataclasses import dataclass

import numpy as np
import torch
from mmaction.structures import ActionDataSample
from torch import Tensor, nn

from tgdfer_mm.clips.sampling import sample_segments
from tgdfer_mm.movements.values import UnitValues
from tgdfer_mm.movements.words import caption_of, tell_moment
from tgdfer_mm.synth.benchmark_clips import make_benchmark_clip
from tgdfer_mm.synth.levels import load_level
from tgdfer_mm.synth.unit_values import true_values

_SIZE, _AT_ONCE = 64, 128  # pixels; pictures


@dataclass(frozen=True)
class Drawn:
    """Clips of several people; each person shows each emotion once.

    Attributes:
        features: Features of the sampled frames, (N, T, D).
        valid: Number of frames that are not padding, (N,).
        frames: Numbers of the frames in the clip, (N, T).
        label: Index of the emotion among the classes, (N,).
        values: The true activations, frame by frame.
    """

    features: Tensor
    valid: list[int]
    frames: np.ndarray
    label: Tensor
    values: list[UnitValues]

    def __len__(self) -> int:
        return len(self.label)

    def samples(self, texts: list[list[str]] | None, rows: list[int]) -> list:
        """Data samples of some clips; `texts` has the texts of all clips."""
        found = []
        for row in rows:
            about = dict(clip=str(row), num_valid=self.valid[row])
            if texts is not None:
                about['descriptions'] = texts[row]
            sample = ActionDataSample(metainfo=about)
            found.append(sample.set_gt_label(int(self.label[row])))
        return found


@torch.no_grad()
def draw(model: nn.Module, level: str, seed: int, people: range, frames: int) -> Drawn:
    """Draws clips and reads them with a recognizer's frozen tower.

    Args:
        model: The recognizer, before any training.
        level: Level of SynthDFER.
        seed: Seed of the people and of the clips.
        people: Numbers of the people.
        frames: T, the number of frames, sampled as in testing.
    """
    facts = load_level(level)
    tower, norm = model.backbone, model.data_preprocessor
    pictures, places, valid, labels, values = [], [], [], [], []
    for person in people:
        for label, emotion in enumerate(facts.classes):
            number = person * len(facts.classes) + label
            clip = make_benchmark_clip(facts, seed, number, emotion, person)
            own, count = sample_segments(len(clip), frames, test_mode=True)
            pictures += [clip.draw(int(i), _SIZE) for i in own]
            places.append(own)
            valid.append(int(count))
            labels.append(label)
            values.append(true_values(clip))
    batch = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    read = [
        tower((some.float() - norm.mean) / norm.std) for some in batch.split(_AT_ONCE)
    ]
    features = torch.cat(read).unflatten(0, (-1, frames))
    return Drawn(features, valid, np.stack(places), torch.tensor(labels), values)


def tell(
    drawn: Drawn,
    of: str,
    most: int,
    sigma: float,
    rng: np.random.Generator,
    shuffled: bool = False,
) -> list[list[str]]:
    """The descriptions of each clip.

    Args:
        drawn: The clips.
        of: ``'clip'`` or ``'frames'``, as for ``AttachMovements``.
        most: Largest number of movements in a text.
        sigma: Standard deviation of the noise on each unit in each frame; the values
            stay between 0 and 1.
        rng: Draws noise and order.
        shuffled: True to give each clip the description of another one. With texts of
            frames, the t-th sampled frame gets that of the other clip's t-th frame.
    """
    told = []
    for values, frames in zip(drawn.values, drawn.frames, strict=True):
        noisy = values.values + sigma * rng.standard_normal(values.values.shape)
        seen = UnitValues(values.units, noisy.clip(0, 1))
        if of == 'clip':
            told.append([caption_of(seen, most)])
        else:
            told.append([tell_moment(seen.of_frame(int(i)), most) for i in frames])
    if shuffled:
        order = rng.permutation(len(told))  # one cycle: no clip keeps its own
        other = np.empty(len(told), int)
        other[order] = np.roll(order, 1)
        told = [told[i] for i in other]
    return told
