"""Zero-shot figures of the vision-language model, by level and wording."""

from collections.abc import Sequence

import torch
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from torch import nn

from tgdfer_mm.datasets.dfer_dataset import DFERDataset
from tgdfer_mm.datasets.feature_store import FeatureStore
from tgdfer_mm.datasets.transforms.sampling import SampleSegments
from tgdfer_mm.models.bag import make_instances
from tgdfer_mm.models.pooling.mil import mil_pool


@torch.no_grad()
def zero_shot_figures(
    data: Sequence[DFERDataset],
    store: FeatureStore,
    text_encoder: nn.Module,
    truth: dict,
    num_frames: int = 16,
) -> dict[str, float]:
    """Classifies clips by the mean of the top quarter of their frames' cosines.

    Args:
        data: Data sets with the clips, all of one level.
        store: Features of their frames.
        text_encoder: The text tower with the wording to judge, as it starts.
        truth: Content of the level's ``intensities.json``.
        num_frames: Frames taken of a clip.

    Returns:
        ``UAR`` in percent, and ``AUROC`` (mean over clips) of the labelled class's
        cosine against the truly expressive frames.
    """
    text = text_encoder.eval()()
    sample = SampleSegments(num_frames=num_frames, test_mode=True)
    labels, predicted, aurocs = [], [], []
    for part in data:
        for i in range(len(part)):
            info = part.get_data_info(i)
            clip, label = info['clip'], info['label']
            chosen = sample(dict(clip=clip, total_frames=store.num_frames(clip)))
            inds, valid = chosen['frame_inds'], chosen['num_valid']
            features = torch.from_numpy(store.gather(clip, inds))[None]
            mask = torch.arange(len(inds))[None] < valid
            instances, mask = make_instances(features, mask, 1)
            cosine = instances @ text.t()
            predicted.append(int(mil_pool(cosine, mask)[0].argmax()))
            labels.append(label)
            curve = truth['clips'][clip]['intensity']
            shown = [curve[t] >= truth['apex_threshold'] for t in inds[:valid]]
            if any(shown) and not all(shown):
                aurocs.append(roc_auc_score(shown, cosine[0, :valid, label]))
    return dict(
        UAR=100 * float(balanced_accuracy_score(labels, predicted)),
        AUROC=float(sum(aurocs) / len(aurocs)),
    )
