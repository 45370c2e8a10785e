"""A config whose model and clips are small."""

import pytest
import torch
from mmengine.config import Config

from tgdfer_mm.paths import config_dir


@pytest.fixture
def small():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # nothing here is large enough for two
    cfg = Config.fromfile(config_dir() / 'tgdfer_demo.py')
    cfg.num_frames, cfg.image_size = 4, 64
    cfg.model.text_encoder.descriptions = {f'c{i}': ['a text'] for i in range(7)}
    yield cfg
    torch.set_num_threads(threads)
