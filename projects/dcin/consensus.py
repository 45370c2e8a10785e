"""A loss that makes two views of a film agree on when an emotion is shown."""

import torch
from torch import Tensor, nn

from tgdfer_mm.models.functional import single_precision
from tgdfer_mm.models.heads.labels import read_labels
from tgdfer_mm.models.recognizers import TextGuidedRecognizer
from tgdfer_mm.registry import MODELS


@MODELS.register_module()
class ConsensusLoss(nn.Module):
    """Symmetric divergence between two distributions over the instances of a film.

    For each class that the film has, a softmax over the instances tells where each view
    finds it. The loss is ``sum (p - q) (log p - log q) / 2``, the mean of the two
    Kullback-Leibler divergences, averaged over the classes of all films. [from DCIN:
    the video and the subtitles supervise each other; form a choice]

    Args:
        temperature: Divides the logits of both views.
        loss_weight: Factor of the loss.
    """

    def __init__(self, temperature: float = 1.0, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.temperature = temperature
        self.loss_weight = loss_weight

    def forward(
        self, one: Tensor, other: Tensor, mask: Tensor, label: Tensor
    ) -> Tensor:
        """The mean over the classes of all films; 0 where nothing can be compared.

        Args:
            one: Logits of the instances in one view, (N, M, K).
            other: In the other view.
            mask: True for instances that both views have, (N, M).
            label: 0 or 1 for each class of a film, (N, K).
        """
        floor = torch.finfo(one.dtype).min / 4
        logs = [
            (view / self.temperature)
            .masked_fill(~mask[..., None], floor)
            .log_softmax(1)
            .masked_fill(~mask[..., None], 0.0)
            for view in (one, other)
        ]
        shares = [log.exp() * mask[..., None] for log in logs]
        apart = ((shares[0] - shares[1]) * (logs[0] - logs[1])).sum(1) / 2  # (N, K)
        counts = (label > 0) & mask.any(1)[:, None]
        total = (apart * counts).sum() / counts.sum().clamp(min=1)
        return total * self.loss_weight


@MODELS.register_module()
class ConsensusRecognizer(TextGuidedRecognizer):
    """TG-DFER whose training also reads captions of parts of a film.

    In the second view, the logits of an instance whose time has a caption are the
    cosines between the caption and the texts of the classes, times the head's scale.
    Several captions of one instance are averaged. The text tower is frozen, and this
    view is not trained: it supervises the first one [choice]. Testing reads no caption.

    Args:
        text_encoder: ``OpenCLIPCaptions``, or another encoder with a method
            ``encode_captions``.
        consensus: Config of the loss between the two views.
        kwargs: As for :class:`TextGuidedRecognizer`.

    Raises:
        ValueError: The text encoder has no captions.
    """

    def __init__(self, text_encoder: dict, consensus: dict, **kwargs) -> None:
        super().__init__(text_encoder=text_encoder, **kwargs)
        if not hasattr(self.text_encoder, 'encode_captions'):
            raise ValueError(
                f'text_encoder.type={type(self.text_encoder).__name__} encodes no '
                "captions; take 'OpenCLIPCaptions'"
            )
        self.consensus = MODELS.build(consensus)

    def loss(self, inputs: Tensor, data_samples: list, **kwargs) -> dict:
        """The losses of a batch, and values to log."""
        bag, extra = self.extract_feat(inputs, data_samples=data_samples)
        head = self.cls_head
        with single_precision(inputs):
            output = head(bag)
            label = read_labels(data_samples, output.logits)
            losses = head.loss_of(output, label, bag)
            said, known = self.said(data_samples, bag.text, bag.mask)
            said = said * head.logit_scale.detach().exp()
            losses['loss_consensus'] = self.consensus(
                output.instance, said, known, label
            )
        return losses | extra['loss_aux']

    @torch.no_grad()
    def said(
        self, data_samples: list, text: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Cosines between the captions of each instance and the texts of the classes.

        Args:
            data_samples: With ``captions``, a list of start, end (seconds) and text;
                ``seconds``, ``total_frames`` and ``frame_inds``.
            text: Unit features of the classes, (K, D).
            mask: Valid instances, (N, M).

        Returns:
            The cosines (N, M, K), and True for an instance with a caption, (N, M).
        """
        cosines = text.new_zeros(*mask.shape, len(text))
        known = torch.zeros_like(mask)
        for place, sample in enumerate(data_samples):
            captions = sample.get('captions') or []
            if not captions:
                continue
            starts, ends, texts = zip(*captions, strict=True)
            clip = str(sample.get('clip'))
            encoded = self.text_encoder.encode_captions(texts, [clip] * len(texts))
            inside = _inside(sample, starts, ends, mask.shape[1]).to(text)  # (M, C)
            count = inside.sum(1, keepdim=True)
            cosines[place] = inside @ (encoded @ text.t()) / count.clamp(min=1)
            known[place] = mask[place] & (count[:, 0] > 0)
        return cosines, known


def _inside(sample, starts: tuple, ends: tuple, instances: int) -> Tensor:
    """True where the middle of an instance lies inside a caption's time, (M, C)."""
    frames = torch.as_tensor(sample.frame_inds, dtype=torch.float64)
    second = sample.seconds / sample.total_frames
    middle = ((frames + 0.5) * second).view(instances, -1).mean(1, keepdim=True)
    starts, ends = (torch.tensor(each, dtype=middle.dtype) for each in (starts, ends))
    return (middle >= starts) & (middle < ends)
