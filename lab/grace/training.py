"""Training and test of a head of GRACE on cached features."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tgdfer_mm.models.bag import Bag
from tgdfer_mm.models.heads import TransportHead
from tgdfer_mm.models.heads.bag_head import HeadOutput
from tgdfer_mm.registry import MODELS

from .texts import class_texts
from .tower import WIDTH

_AT_ONCE = 30  # clips


class Judge(nn.Module):
    """A head and the texts of the classes.

    Args:
        head: Config of a :class:`TransportHead`, without the numbers of classes and
            channels.
    """

    def __init__(self, head: dict) -> None:
        super().__init__()
        self.text = class_texts()
        classes = len(self.text.classes)
        self.head: TransportHead = MODELS.build(
            dict(num_classes=classes, in_channels=WIDTH) | head
        )
        self.reads_patches = hasattr(self.head, 'patch_share')

    def bag(self, features: Tensor, text: Tensor) -> Bag:
        """Features (N, T, 1 + P, D) in the form of the head's input, with all frames
        valid.
        """
        read = features if self.reads_patches else features[:, :, 0]
        mask = torch.ones(features.shape[:2], dtype=torch.bool)
        return Bag(read, mask, text)

    @torch.no_grad()
    def judge(self, features: Tensor) -> HeadOutput:
        """The output on clips against the classes, in evaluation mode."""
        self.eval()
        return self.head(self.bag(features, self.text()))


def train(
    model: Judge,
    features: Tensor,
    label: Tensor,
    words: Tensor | None,
    epochs: int,
    batch: int,
    rate: float,
    text_weight: float,
) -> None:
    """Trains the head with labels and, if there are any, with texts of the clips.

    The transport of each clip to the words of its own text has to cost less than to
    those of the batch's other clips, and the same for each text. This is CLIP's
    contrastive loss, with the transport instead of the cosine [form a choice].

    Args:
        model: The judge, trained in place; it ends in evaluation mode.
        features: (N, T, 1 + P, D).
        label: (N,).
        words: Features of each clip's text, (N, 1 + L, D).
        epochs: Number of times that each clip is seen.
        batch: Clips in a step.
        rate: The highest learning rate.
        text_weight: Weight of the contrastive loss, compared with the losses of the
            head.
    """
    steps = epochs * -(-len(label) // batch)
    adam = torch.optim.AdamW(model.head.parameters(), rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, rate, total_steps=steps)
    model.train()
    for _ in range(epochs):
        for own in torch.randperm(len(label)).split(batch):
            bag = model.bag(features[own], model.text())
            losses = model.head.loss_of(model.head(bag), label[own], bag)
            loss = losses['loss_cls'] + losses['loss_align']
            if words is not None:
                text = words[own]
                scores = model.head(bag._replace(text=text)).logits
                loss = loss + text_weight * contrast(scores, text[:, 0])
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()
    model.eval()


def contrast(scores: Tensor, text: Tensor) -> Tensor:
    """Symmetric cross entropy of scores (N, N); equal texts count as right for all of
    their clips.

    Args:
        scores: Score of each clip (row) with each text.
        text: Features of the texts, (N, D).
    """
    same = (text[:, None] == text).all(-1).float()
    shares = same / same.sum(1, keepdim=True)
    both = F.cross_entropy(scores, shares) + F.cross_entropy(scores.t(), shares)
    return both / 2


def recall(model: Judge, features: Tensor, label: Tensor) -> float:
    """The mean recall of the classes (UAR), in percent."""
    parts = features.split(_AT_ONCE)
    found = torch.cat([model.judge(part).logits.argmax(-1) for part in parts])
    right = (found == label).float()
    return 100 * float(
        torch.stack([right[label == k].mean() for k in label.unique()]).mean()
    )
