"""Zero-shot figures of the small vision-language model, untrained on clips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from open_clip.tokenizer import SimpleTokenizer
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from torch import Tensor, nn

from tgdfer_mm.models.pooling.mil import mil_pool
from tgdfer_mm.models.text.descriptions import load_descriptions
from tgdfer_mm.models.vision_language.open_clip_models import SHIPPED
from tgdfer_mm.models.vision_language.text_image_checkpoint import (
    check_tokens,
    load_vlm_state,
)
from tgdfer_mm.synth.clips import APEX_THRESHOLD, EMOTIONS, make_clip
from tgdfer_mm.synth.sentences import vocabulary

from .contrastive import encode_tokens, normalise

_TOKENIZER = SimpleTokenizer()
ARCHITECTURE = SHIPPED / 'synth_vlm.json'
SHIPPED_VLM = SHIPPED / 'synth_vlm.safetensors'


def synth_descriptions() -> dict[str, list[str]]:
    """The shipped class descriptions in the sentences' vocabulary."""
    return load_descriptions('synth')


def load_vlm(path: str | Path) -> tuple[nn.Module, Tensor]:
    """Builds the model of a file, in evaluation mode.

    Returns:
        The ``open_clip.CLIP`` model, and the ids of the words it knows.
    """
    state, config, kept_ids = load_vlm_state(path)
    model = open_clip.CLIP(**config)
    model.load_state_dict(state)
    return model.eval(), kept_ids


@torch.no_grad()
def class_features(
    model: nn.Module, kept_ids: Tensor, descriptions: Mapping[str, Sequence[str]]
) -> Tensor:
    """Mean unit feature of each class's descriptions (K, D), template included."""
    template = vocabulary()['prefixes'][0]
    features = []
    for texts in descriptions.values():
        texts = [f'{template} {text}' for text in texts]
        check_tokens(texts, kept_ids, _TOKENIZER)
        tokens = _TOKENIZER(texts).to(model.positional_embedding.device)
        features.append(encode_tokens(model, tokens).mean(0))
    return F.normalize(torch.stack(features), dim=-1)


@torch.no_grad()
def frame_features(model: nn.Module, frames: np.ndarray) -> Tensor:
    """Unit features (N, D) of pictures (N, S, S, 3) uint8 RGB."""
    images = torch.from_numpy(frames).to(model.positional_embedding.device)
    parts = [model.visual(normalise(part)) for part in images.split(256)]
    return F.normalize(torch.cat(parts), dim=-1)


@dataclass(frozen=True)
class ZeroShotReport:
    """Figures of a model that was never trained on clips.

    Attributes:
        clip_uar: Mean class recall on clips, top-k pooling, percent.
        clip_recall: Recall of each class on clips, percent.
        apex_accuracy: On the apex frames of the expressive clips, percent.
        relevance_auroc: Mean over clips, labelled class's cosine against the
            truly expressive frames, 0..1.
    """

    clip_uar: float
    clip_recall: dict[str, float]
    apex_accuracy: float
    relevance_auroc: float

    def __str__(self) -> str:
        recall = ' '.join(f'{k} {v:.0f}' for k, v in self.clip_recall.items())
        return (
            f'synthetic clips, zero-shot: UAR {self.clip_uar:.1f} % ({recall}); '
            f'apex frame {self.apex_accuracy:.1f} %; '
            f'relevance AUROC {self.relevance_auroc:.3f}'
        )


def evaluate_zero_shot(
    model: nn.Module,
    kept_ids: Tensor,
    descriptions: Mapping[str, Sequence[str]],
    *,
    seed: int,
    clips_per_class: int,
    num_frames: int = 16,
    top_share: float = 0.25,
) -> ZeroShotReport:
    """Classifies clips by the mean of the top cosines of their frames.

    Args:
        model: The model, in evaluation mode.
        kept_ids: The words it knows.
        descriptions: Texts of each class, the keys of ``EMOTIONS`` in any order.
        seed: Seed of the clips; every clip shows another person.
        clips_per_class: Number of clips.
        num_frames: Frames taken of a clip, evenly spread.
        top_share: Share of them that are averaged.
    """
    text = class_features(model, kept_ids, descriptions)
    names = list(descriptions)
    size = model.visual.image_size
    size = size if isinstance(size, int) else size[0]
    every_frame = torch.ones(1, num_frames, dtype=torch.bool)
    truth, predicted, apex_right, aurocs = [], [], [], []
    for number in range(clips_per_class * len(EMOTIONS)):
        clip = make_clip(seed, number, EMOTIONS[number % len(EMOTIONS)], number)
        chosen = (np.arange(num_frames) + 0.5) * len(clip) / num_frames
        chosen = chosen.astype(int)
        frames = np.stack([clip.draw(int(t), size) for t in chosen])
        cosines = (frame_features(model, frames) @ text.T).cpu()
        label = names.index(clip.label)
        truth.append(label)
        pooled = mil_pool(cosines[None], every_frame, 'topk', rho=top_share)
        predicted.append(int(pooled.argmax()))
        intensity = clip.intensity[chosen]
        expressive = intensity >= APEX_THRESHOLD
        if expressive.any() and not expressive.all():
            aurocs.append(roc_auc_score(expressive, cosines[:, label]))
            apex_right.append(int(cosines[intensity.argmax()].argmax()) == label)
    hits = np.equal(truth, predicted)
    return ZeroShotReport(
        clip_uar=100 * balanced_accuracy_score(truth, predicted),
        clip_recall={
            name: 100 * float(hits[np.equal(truth, k)].mean())
            for k, name in enumerate(names)
        },
        apex_accuracy=100 * float(np.mean(apex_right)),
        relevance_auroc=float(np.mean(aurocs)),
    )
