"""The precision is what the device has, and AMP is never asked of a CPU."""

import pytest
import torch
from mmengine.config import Config

from tgdfer_mm.recipe.precision import apply_precision


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
    cfg = config()
    assert apply_precision(cfg, 'auto') == chosen
    wanted = 'AmpOptimWrapper' if chosen == 'bf16' else 'OptimWrapper'
    assert cfg.optim_wrapper.get('type', 'OptimWrapper') == wanted
    if chosen == 'bf16':
        assert cfg.optim_wrapper.dtype == 'bfloat16'
        assert cfg.optim_wrapper.loss_scale == dict(enabled=False)


def test_what_the_device_lacks_or_nobody_knows_is_an_error(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    for precision in ('bf16', 'fp16'):
        with pytest.raises(ValueError, match=f'{precision}.*CUDA'):
            apply_precision(config(), precision)
    with pytest.raises(ValueError, match='float8'):
        apply_precision(config(), 'float8')


def test_a_wrapper_of_another_kind_is_left_alone():
    cfg = config()
    cfg.optim_wrapper.type = 'DeepSpeedOptimWrapper'
    assert apply_precision(cfg, 'auto') == 'as configured'
    assert cfg.optim_wrapper.type == 'DeepSpeedOptimWrapper'


def test_a_wrapper_of_another_kind_cannot_be_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    for told in ('fp32', 'fp16'):
        cfg = config()
        cfg.optim_wrapper.type = 'DeepSpeedOptimWrapper'
        with pytest.raises(ValueError, match='precision=.*DeepSpeedOptimWrapper'):
            apply_precision(cfg, told)


def test_what_was_chosen_on_one_machine_is_chosen_anew_on_another(monkeypatch):
    cuda = dict(is_available=True, is_bf16_supported=True)
    for name in cuda:
        monkeypatch.setattr(torch.cuda, name, lambda name=name, **_: cuda[name])
    cfg = config()
    before = cfg.to_dict()
    assert apply_precision(cfg, 'auto') == apply_precision(cfg, 'auto') == 'bf16'
    cuda.update(is_bf16_supported=False)
    assert apply_precision(cfg, 'fp16') == 'fp16'
    assert cfg.optim_wrapper.dtype == 'float16'
    assert cfg.optim_wrapper.loss_scale == 'dynamic'
    cuda.update(is_available=False)
    assert apply_precision(cfg, 'auto') == 'fp32'
    assert cfg.to_dict() == before


def test_mixed_precision_of_the_config_s_own_is_not_taken_back(monkeypatch):
    cfg = config()
    cfg.optim_wrapper.update(type='AmpOptimWrapper', dtype='float16')
    before = cfg.to_dict()
    for _ in range(2):
        assert apply_precision(cfg, 'auto') == 'as configured'
    assert cfg.to_dict() == before
