"""All rows of an accelerator, walked through on a CPU with a tiny tower."""

import json

import pytest
from mmengine.config import Config

from lab.benchmark.accelerator import accelerator_rows
from lab.benchmark.pairs import Results, read_results
from tgdfer_mm.paths import config_dir

ARCH = dict(
    embed_dim=512,
    vision_cfg=dict(image_size=224, layers=2, width=64, head_width=32, patch_size=56),
    text_cfg=dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=1),
)


@pytest.fixture
def tiny(tmp_path):
    arch = tmp_path / 'arch.json'
    arch.write_text(json.dumps(ARCH))
    cfg = Config.fromfile(config_dir() / 'tgdfer_dfew_vit-b32.py')
    cfg.model.backbone.arch = cfg.model.text_encoder.arch = str(arch)
    cfg.train_dataloader.batch_size = 4
    return cfg


@pytest.mark.slow
def test_the_command_for_an_accelerator_reaches_its_end(tiny, tmp_path):
    results = Results(tmp_path / 'r.json')
    folder = tmp_path / 'made'
    accelerator_rows(results, tiny, tiny, folder, None, 2, 2, 'cpu')
    assert [row['name'] for row in read_results(results.path)] == [
        'accelerator/ViT-B-16 tuning',
        'waiting/augmented on the device',
        'waiting/packed',
        'waiting/resident',
        'accelerator/ViT-B-32 end to end',
        'many/one after the other',
        'many/one run',
    ]
