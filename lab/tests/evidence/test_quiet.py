"""What is silenced for an experiment speaks again after it."""

import logging
from contextlib import suppress

from mmengine.config import config as mmengine_config

from lab.evidence.quiet import hushed


def test_all_is_as_before_also_after_an_error(monkeypatch):
    original = object()
    monkeypatch.setattr(mmengine_config, 'FormatCode', original)
    before = logging.root.manager.disable
    with suppress(KeyError), hushed():
        assert logging.root.manager.disable == logging.INFO
        assert mmengine_config.FormatCode('a=1') == ('a=1', True)
        raise KeyError
    assert logging.root.manager.disable == before
    assert mmengine_config.FormatCode is original
