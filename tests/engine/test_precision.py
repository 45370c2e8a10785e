"""The precision is what the device has, and AMP is never asked of a CPU."""

import pytest
import torch
from mmengine.config import Config

from tgdfer_mm.engine import apply_precision


def config(**kwargs):
    return Config(dict(optim_wrapper=dict(optimizer=dict(type='SGD', lr=1)), **kwargs))


@pytest.mark.parametrize(
    ('cuda', 'bf16', 'chosen'),
    [(False, False, 'fp32'), (True, False, 'fp32'), (True, True, 'bf16')],
)
def test_auto_takes_bf16_where_it_is(monkeypatch, cuda, bf16, chosen):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: cuda)
    monkeypatch.setattr(
        # The default counts emulation in, which every device has.
        *(torch.cuda, 'is_bf16_supported'),
        lambda including_emulation=True: including_emulation or bf16,
    )
    cfg = config(precision='auto')
    assert apply_precision(cfg) == chosen
    wanted = 'AmpOptimWrapper' if chosen == 'bf16' else 'OptimWrapper'
    assert cfg.optim_wrapper.type == wanted
    if chosen == 'bf16':
        assert cfg.optim_wrapper.dtype == 'bfloat16'
        assert cfg.optim_wrapper.loss_scale == dict(enabled=False)


def test_what_the_device_lacks_or_nobody_knows_is_an_error(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    for precision in ('bf16', 'fp16'):
        with pytest.raises(ValueError, match=f'{precision}.*CUDA'):
            apply_precision(config(precision=precision))
    with pytest.raises(ValueError, match='float8'):
        apply_precision(config(), 'float8')


def test_a_wrapper_of_another_kind_is_left_alone():
    for asked in (dict(precision='auto'), {}):
        cfg = config(**asked)
        cfg.optim_wrapper.type = 'DeepSpeedOptimWrapper'
        assert apply_precision(cfg) == 'as configured'
        assert cfg.optim_wrapper.type == 'DeepSpeedOptimWrapper'


def test_a_wrapper_of_another_kind_cannot_be_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    for asked, told in ((dict(precision='fp32'), None), ({}, 'fp16')):
        cfg = config(**asked)
        cfg.optim_wrapper.type = 'DeepSpeedOptimWrapper'
        with pytest.raises(ValueError, match='precision=.*DeepSpeedOptimWrapper'):
            apply_precision(cfg, told)
