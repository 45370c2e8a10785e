"""Shared set-up: register the package, keep every test on few threads."""

import matplotlib
import pytest
import torch
from mmengine.registry import init_default_scope

matplotlib.use('Agg')

import tgdfer_mm  # noqa: E402, F401


@pytest.fixture(autouse=True)
def _mmaction_scope():
    init_default_scope('mmaction')
    torch.set_num_threads(2)
    torch.manual_seed(0)
