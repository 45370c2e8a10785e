"""TG-DFER with the sound of each clip."""

import torch
from torch import Tensor

from ...registry import MODELS
from ..bag import Bag
from ..heard import Heard
from .text_guided_recognizer import TextGuidedRecognizer


@MODELS.register_module()
class SoundRecognizer(TextGuidedRecognizer):
    """TG-DFER with the sound of the clips, in training and in testing [choice].

    The data samples' ``heard`` and ``heard_mask``, which ``AttachSound`` gives, go to
    the neck, such as ``SoundFusionNeck``. For clips without sound only the pictures
    count.
    """

    def make_bag(
        self,
        features: Tensor,
        mask: Tensor,
        text: Tensor | None,
        data_samples: list | None,
    ) -> Bag:
        """The bag, with the sound.

        Raises:
            ValueError: If clips of one batch have sound of different shapes.
        """
        bag = super().make_bag(features, mask, text, data_samples)
        values = [sample.get('heard') for sample in data_samples or []]
        shapes = {tuple(each.shape) for each in values if each is not None}
        if not shapes:
            return bag
        if len(shapes) > 1:
            raise ValueError(
                f'clips of one batch have sound of the shapes {shapes}: give all clips '
                'the same AttachSound'
            )
        nothing = torch.zeros(shapes.pop(), device=features.device)
        values = [nothing if each is None else each for each in values]
        known = [
            nothing[:, 0].bool() if sample.get('heard') is None else sample.heard_mask
            for sample in data_samples
        ]
        heard = Heard(torch.stack(values), torch.stack(known))
        return bag._replace(heard=Heard(*(each.to(features.device) for each in heard)))
