"""A recognizer that tests several views of a clip."""

import torch
from torch import Tensor

from ...registry import MODELS
from .bag_recognizer import BagRecognizer


@MODELS.register_module()
class MultiViewRecognizer(BagRecognizer):
    """A recognizer that averages the probabilities of several views [from S2D].

    Training uses one view. In testing, the views are W windows in time
    (``SampleWindows``) by C crops in space (``CropCorners``). The average is
    mmaction2's ``average_clips='prob'``, except that windows of padding alone do not
    count. The views go through the model one after the other, so that testing needs no
    more memory than with one.

    Scores and weights of the instances are averaged over the crops, because these show
    the same frames. They are ordered window by window, and the weights sum to one over
    all windows.

    Args:
        num_frames: T, the frames of a view.
        **kwargs: As for :class:`BagRecognizer`.
    """

    def __init__(self, num_frames: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.num_frames = num_frames

    def predict(self, inputs: Tensor, data_samples: list, **kwargs) -> list:
        """Predictions for clips (N, C * W * T, 3, H, W), crop by crop.

        Raises:
            ValueError: If the clips have different numbers of crops, or the frames are
                not a whole number of views.
        """
        crops = self._crops(inputs, data_samples)
        views = inputs.unflatten(1, (crops, -1, self.num_frames))
        valid = self._valid(data_samples, views.shape[2])
        said = [
            [
                super(MultiViewRecognizer, self).predict(
                    views[:, crop, window], _of_view(data_samples, valid[:, window])
                )
                for crop in range(crops)
            ]
            for window in range(views.shape[2])
        ]
        counts = [row.count_nonzero().item() for row in valid]
        for i, sample in enumerate(data_samples):
            own = [[each[i] for each in window] for window in said]
            self._combine(sample, own, counts[i])
        return data_samples

    def _crops(self, inputs: Tensor, data_samples: list) -> int:
        found = {sample.get('num_crops', 1) for sample in data_samples}
        crops = found.pop()
        if found:
            raise ValueError(
                'clips of one batch have different numbers of crops: give all of them '
                'the same CropCorners'
            )
        if inputs.shape[1] % (crops * self.num_frames):
            raise ValueError(
                f'MultiViewRecognizer: {inputs.shape[1]} frames of a clip are not a '
                f'whole number of views of num_frames={self.num_frames} with {crops} '
                'crops: give SampleWindows the same num_frames'
            )
        return crops

    def _valid(self, data_samples: list, windows: int) -> Tensor:
        """Number of valid frames of each window, (N, W); 0 for padding alone."""
        total = windows * self.num_frames
        counts = torch.tensor([s.get('num_valid', total) for s in data_samples])
        start = torch.arange(windows) * self.num_frames
        return (counts[:, None] - start).clamp(0, self.num_frames)

    def _combine(self, sample, said: list, count: int) -> None:
        """Writes the average of the views on a clip's sample."""
        head = self.cls_head
        scores = [torch.stack([v.pred_score for v in w]).mean(0) for w in said[:count]]
        score = torch.stack(scores).mean(0)
        sample.set_pred_score(score)
        sample.set_pred_label(head.chosen(score))
        sample.set_metainfo({'frames_per_instance': self.frames_per_instance})
        fields: dict[str, list] = {}
        for place, window in enumerate(said):
            counts = place < count
            for name in ('instance_scores', head.weights_field):
                value = torch.stack([view.get(name) for view in window]).mean(0)
                if name == head.weights_field:
                    value = value * (counts / count)
                fields.setdefault(name, []).append(value)
            mask = window[0].instance_mask
            fields.setdefault('instance_mask', []).append(mask & counts)
        for name, parts in fields.items():
            sample.set_field(torch.cat(parts), name)


def _of_view(data_samples: list, valid: Tensor) -> list:
    """The data samples of one view, each with at least one valid frame."""
    own = []
    for sample, count in zip(data_samples, valid.tolist(), strict=True):
        view = sample.new()
        view.set_metainfo({'num_valid': max(count, 1)})
        own.append(view)
    return own
