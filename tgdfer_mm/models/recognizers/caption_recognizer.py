"""EmoCLIP's recognizer, which trains on captions and tests on classes."""

from torch import Tensor

from ...registry import MODELS
from ..functional import single_precision
from .bag_recognizer import BagRecognizer


@MODELS.register_module()
class CaptionRecognizer(BagRecognizer):
    """A recognizer trained on the clips' captions, tested on classes [from EmoCLIP].

    In training the texts of the batch of bags are the captions of its clips, (N, D)
    in the clips' order, for a head such as ``CaptionHead``; in testing they are those
    of the classes, as in a :class:`BagRecognizer`.

    Args:
        text_encoder: ``OpenCLIPCaptions``, or another one with ``encode_captions``.
        caption_missing: Treatment of clips without a caption: ``'error'``, or
            ``'class'``, to train on the first description of their class [choice].
        **kwargs: As for :class:`BagRecognizer`.

    Raises:
        ValueError: If ``caption_missing`` is another value, or the text encoder cannot
            encode captions.
    """

    def __init__(
        self, text_encoder: dict, caption_missing: str = 'error', **kwargs
    ) -> None:
        super().__init__(text_encoder=text_encoder, **kwargs)
        if caption_missing not in ('error', 'class'):
            raise ValueError(
                f"caption_missing={caption_missing!r}: give 'error' or 'class'"
            )
        if not hasattr(self.text_encoder, 'encode_captions'):
            raise ValueError(
                f'text_encoder.type={type(self.text_encoder).__name__} cannot encode '
                "captions; take 'OpenCLIPCaptions'"
            )
        self.caption_missing = caption_missing

    def loss(self, inputs: Tensor, data_samples: list, **kwargs) -> dict:
        """The losses of a batch.

        Raises:
            ValueError: If a clip has no caption.
        """
        bag, _ = self.extract_feat(inputs, data_samples=data_samples)
        captions = [self._caption(sample) for sample in data_samples]
        clips = [str(sample.get('clip')) for sample in data_samples]
        text = self.text_encoder.encode_captions(captions, clips)
        with single_precision(inputs):
            return self.cls_head.loss(bag._replace(text=text), data_samples)

    def _caption(self, sample) -> str:
        caption = sample.get('caption')
        if caption:
            return caption
        if self.caption_missing == 'error':
            raise ValueError(
                f'clip {sample.get("clip")!r} has no caption: set captions=True in the '
                'data set (MAFW), put AttachCaptions into the pipeline, or set '
                "model.caption_missing='class' to train the clip on the description "
                'of its class'
            )
        name = self.text_encoder.classes[int(sample.gt_label)]
        return self.text_encoder.texts[name][0]
