"""The rows about DFER-CLIP, on a checkout that has what they read and nothing else."""

import pytest

from lab.benchmark.against import against_rows
from lab.benchmark.pairs import Results, read_results

CHECKOUT = {
    'models/clip/model.py': """
from torch import nn


class CLIP(nn.Module):
    def __init__(self, vision_patch_size, **sizes):
        super().__init__()
        self.patch = vision_patch_size
""",
    'models/Text.py': "class_descriptor_7 = ['one'] * 7",
    'models/Generate_Model.py': """
from torch import nn


class GenerateModel(nn.Module):
    def __init__(self, texts, clip, options):
        super().__init__()
        assert clip.patch == 32 and options.contexts_number == 8
        self.image_encoder = nn.Linear(3, len(texts))
        self.temporal_net = nn.Linear(7, 7)
        self.prompt_learner = nn.Linear(7, 7)

    def forward(self, images):
        x = self.image_encoder(images.mean((-1, -2)).mean(1))
        return self.prompt_learner(self.temporal_net(x))
""",
}


def test_both_steps_are_timed_beside_the_released_ones(small, tmp_path):
    for name, code in CHECKOUT.items():
        path = tmp_path / 'code' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    results = Results(tmp_path / 'r.json')
    against_rows(results, small, tmp_path / 'code', 2, 1, 'cpu')
    rows = read_results(results.path)
    assert {row['name']: row['target'] for row in rows} == {
        'DFER-CLIP/training': 0.92,
        'DFER-CLIP/inference': 0.75,
    }
    assert all(row['theirs_s'] > 0 for row in rows)


def test_a_folder_that_is_no_checkout_is_named_before_anything_is_built(tmp_path):
    with pytest.raises(SystemExit, match='no checkout of DFER-CLIP'):
        against_rows(Results(None), None, tmp_path, 2, 1, 'cpu')
