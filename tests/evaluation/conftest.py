"""Hand-made predictions, with the fields that the recognizers give them."""

import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.logging import MMLogger

CLASSES = ('happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear')


@pytest.fixture
def classes():
    return CLASSES


@pytest.fixture
def log(monkeypatch):
    """The messages logged during a test."""
    messages = []
    logger = MMLogger.get_current_instance()
    monkeypatch.setattr(logger, 'log', lambda level, msg: messages.append(msg))
    return messages


@pytest.fixture
def make_sample():
    """Builds one data sample; `values` (M, K) also makes it explainable."""

    def make(clip, label, pred=None, score=None, values=None, num_valid=None, **meta):
        sample = ActionDataSample().set_gt_label(int(label))
        if score is None:
            score = torch.nn.functional.one_hot(torch.tensor(int(pred)), 7) * 0.5
        sample.set_pred_score(torch.as_tensor(score, dtype=torch.float32))
        sample.set_metainfo(dict(clip=clip, **meta))
        if values is not None:
            values = torch.as_tensor(values, dtype=torch.float32)
            g = meta.get('frames_per_instance', 1)
            num_frames = len(values) * g
            if 'frame_inds' not in meta:
                sample.set_metainfo(dict(frame_inds=np.arange(num_frames)))
            sample.set_metainfo(
                dict(num_valid=num_frames if num_valid is None else num_valid)
            )
            sample.set_field(values, 'instance_scores')
            sample.set_field(values / values.sum(0), 'relevance')
        return sample

    return make
