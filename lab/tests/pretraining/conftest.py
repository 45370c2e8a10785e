"""One thread: these models are too small to share."""

import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread(_mmaction_scope):
    torch.set_num_threads(1)
