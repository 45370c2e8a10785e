"""TG-DFER with a description of each clip."""

from torch import Tensor

from ...registry import MODELS
from ..bag import Bag
from ..necks.description_fusion_neck import DescriptionFusionNeck
from .text_guided_recognizer import TextGuidedRecognizer


@MODELS.register_module()
class DescribedRecognizer(TextGuidedRecognizer):
    """TG-DFER with descriptions of the clips, in training and in testing [from DEVA].

    The data samples' ``descriptions``, which for example ``AttachMovements`` gives, go
    through the text tower to the neck. For clips without descriptions only the frames
    count.

    Args:
        text_encoder: ``OpenCLIPDescriptions``, or another one with ``describe``.
        **kwargs: As for :class:`TextGuidedRecognizer`; the neck must read descriptions,
            as ``DescriptionFusionNeck`` does.

    Raises:
        ValueError: If the text encoder cannot encode descriptions, or its words do not
            fit the neck.
    """

    def __init__(self, text_encoder: dict, **kwargs) -> None:
        super().__init__(text_encoder=text_encoder, **kwargs)
        encoder, neck = self.text_encoder, self.neck
        if not hasattr(encoder, 'describe'):
            raise ValueError(
                f'text_encoder.type={type(encoder).__name__} cannot encode '
                "descriptions; take 'OpenCLIPDescriptions'"
            )
        if isinstance(neck, DescriptionFusionNeck):
            given = dict(taps=len(encoder.depths), text_channels=encoder.token_channels)
            for name, value in given.items():
                if getattr(neck, name) != value:
                    raise ValueError(
                        f'neck.{name}={getattr(neck, name)}, but the text encoder '
                        f'gives {value}: set the same in both'
                    )

    def make_bag(
        self,
        features: Tensor,
        mask: Tensor,
        text: Tensor | None,
        data_samples: list | None,
    ) -> Bag:
        """The bag, with the words of its clips' descriptions.

        Raises:
            ValueError: See :meth:`.OpenCLIPDescriptions.describe`.
        """
        bag = super().make_bag(features, mask, text, data_samples)
        told = [sample.get('descriptions') for sample in data_samples or []]
        given = [texts for texts in told if texts]
        if not given:
            return bag
        nothing = [''] * len(given[0])
        clips = [str(sample.get('clip')) for sample in data_samples]
        described = self.text_encoder.describe([t or nothing for t in told], clips)
        return bag._replace(described=described)
