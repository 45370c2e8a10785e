"""Configs stay unformatted, as in the experiment: half of a short training."""

import pytest
from mmengine.config import config as mmengine_config


@pytest.fixture(scope='module', autouse=True)
def _unformatted():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mmengine_config, 'FormatCode', lambda text, **_: (text, True))
        yield
