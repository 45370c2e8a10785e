"""EmoCLIP's training: videos against their own captions."""

from torch import Tensor

from ...registry import MODELS
from ..functional import single_precision
from .bag_recognizer import BagRecognizer


@MODELS.register_module()
class CaptionRecognizer(BagRecognizer):
    """Learns from the caption of each clip, and is tested on the classes [EmoCLIP].

    In training the texts of the batch of bags are the captions of its clips, (N, D)
    in the clips' order, for a head such as ``CaptionHead``; in testing they are those
    of the classes, as in a :class:`BagRecognizer`.

    Args:
        text_encoder: ``OpenCLIPCaptions``, or another one with ``encode_captions``.
        caption_missing: What a clip without caption trains on: ``'error'``, or
            ``'class'``, the first description of its class [choice].
        **kwargs: As for :class:`BagRecognizer`.

    Raises:
        ValueError: On another ``caption_missing``, or a text encoder without captions.
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
                f'text_encoder.type={type(self.text_encoder).__name__} encodes no '
                "captions; take 'OpenCLIPCaptions'"
            )
        self.caption_missing = caption_missing

    def loss(self, inputs: Tensor, data_samples: list, **kwargs) -> dict:
        """The losses of a batch.

        Raises:
            ValueError: A clip has no caption.
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
                f'clip {sample.get("clip")!r} has no caption: give the data set '
                'captions=True (MAFW) or the pipeline AttachCaptions, or set '
                "model.caption_missing='class' to train it on its class's description"
            )
        name = self.text_encoder.classes[int(sample.gt_label)]
        return self.text_encoder.texts[name][0]
