"""EmoCLIP's head, trained by contrast of videos and captions."""

import torch.nn.functional as F
from torch import Tensor

from ...registry import MODELS
from ..bag import Bag
from .class_token_head import ClassTokenHead


@MODELS.register_module()
class CaptionHead(ClassTokenHead):
    """A head trained to match videos and captions by contrast [from EmoCLIP].

    It predicts as :class:`ClassTokenHead` does. The loss is CLIP's, symmetric over the
    N videos and N captions of the batch, at a fixed temperature [choice]; videos with
    the same caption share it [choice]. Each process contrasts its own batch.

    Args:
        **kwargs: As for :class:`ClassTokenHead`; ``loss_cls`` is not used.
    """

    def loss(self, feats: Bag, data_samples: list, **kwargs) -> dict[str, Tensor]:
        """The loss of a batch whose texts are its captions (N, D), and the accuracy.

        The accuracy is the share of the videos whose own caption is the nearest.
        """
        logits = self(feats).logits
        same = (feats.text[:, None] == feats.text).all(-1)
        hits = same.gather(1, logits.argmax(1, keepdim=True))
        shares = same / same.sum(1, keepdim=True)
        both = F.cross_entropy(logits, shares) + F.cross_entropy(logits.t(), shares)
        return {'loss_caption': both / 2, 'caption_acc': hits.float().mean()}
