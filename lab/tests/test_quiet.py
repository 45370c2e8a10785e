"""Logs that are silenced for an experiment work again after it."""

import logging
from collections import OrderedDict
from contextlib import suppress

from mmengine.config import config as mmengine_config
from mmengine.logging import MMLogger

from lab.evidence.quiet import hushed


def test_all_is_as_before_also_after_an_error(monkeypatch):
    original = object()
    monkeypatch.setattr(mmengine_config, 'FormatCode', original)
    monkeypatch.setattr(MMLogger, '_instance_dict', OrderedDict())
    logger = MMLogger.get_current_instance()
    with suppress(KeyError), hushed():
        assert not logger.isEnabledFor(logging.INFO)
        assert mmengine_config.FormatCode('a=1') == ('a=1', True)
        raise KeyError
    assert logger.isEnabledFor(logging.INFO)
    assert mmengine_config.FormatCode is original
