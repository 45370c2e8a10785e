"""The command: what it writes, and that it refuses what is incomplete."""

import json

import pytest
import torch

from tgdfer_cli.main import main
from tgdfer_mm.models.vision_language.open_clip_models import build_clip

ARCH = dict(
    embed_dim=8,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, patch_size=16, layers=1, width=16, head_width=16),
    text_cfg=dict(context_length=8, vocab_size=100, width=16, heads=1, layers=1),
)


@pytest.fixture
def command(tmp_path):
    (tmp_path / 'arch.json').write_text(json.dumps(ARCH))

    def run(state, *options, code=0):
        torch.save(state, tmp_path / 'clip.pt')
        names = [tmp_path / name for name in ('clip.pt', 'out.safetensors')]
        arguments = ['convert', *names, '--arch', tmp_path / 'arch.json', *options]
        assert main([str(a) for a in arguments]) == code

    return run


def test_weights_and_report_are_written(command, tmp_path, capsys):
    state = build_clip(ARCH).state_dict()
    command(state)
    report = json.loads((tmp_path / 'out.report.json').read_text())
    assert report['complete']
    assert len(report['matched']) == len(state)
    assert (tmp_path / 'out.safetensors').is_file()
    assert 'written:' in capsys.readouterr().out


def test_an_incomplete_file_leaves_a_report_only(command, tmp_path, capsys):
    state = build_clip(ARCH).state_dict()
    del state['ln_final.bias']
    command(state, code=2)
    told = capsys.readouterr()
    assert '1 of its weights are missing' in told.err and 'out.report.json' in told.err
    assert not (tmp_path / 'out.safetensors').exists()
    report = json.loads((tmp_path / 'out.report.json').read_text())
    assert report['missing'] == ['ln_final.bias']
    assert 'ln_final.bias' in told.out
    command(state, '--allow-missing')
    assert (tmp_path / 'out.safetensors').is_file()
