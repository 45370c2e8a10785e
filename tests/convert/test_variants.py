"""DFER-CLIP trained with other options gives its logits, or is refused.

The expected logits come from the original's arithmetic, written out step by step.
"""

import copy
import math

import pytest
import recorded
import torch
import torch.nn.functional as F
from mmaction.structures import ActionDataSample
from mmengine.config import Config

from tgdfer_cli.main import main
from tgdfer_mm.convert import convert
from tgdfer_mm.engine.checkpoint import load_from_local
from tgdfer_mm.models.text.tokens import TOKENIZER
from tgdfer_mm.registry import MODELS
from tgdfer_mm.run_config.walk import data_sets, kind_of


def norm(x, state, name):
    return F.layer_norm(x, x.shape[-1:], state[f'{name}.weight'], state[f'{name}.bias'])


def clip_block(x, state, name, heads, mask=None):
    """A residual block of CLIP on (L, width), head by head."""
    y = norm(x, state, f'{name}.ln_1')
    weights = state[f'{name}.attn.in_proj_weight'], state[f'{name}.attn.in_proj_bias']
    parts = []
    qkv = (p.chunk(heads, 1) for p in F.linear(y, *weights).chunk(3, 1))
    for q, k, v in zip(*qkv, strict=True):
        scores = q @ k.t() / math.sqrt(q.shape[1])
        parts.append((scores if mask is None else scores + mask).softmax(1) @ v)
    out = f'{name}.attn.out_proj'
    x = x + F.linear(torch.cat(parts, 1), state[f'{out}.weight'], state[f'{out}.bias'])
    y = norm(x, state, f'{name}.ln_2')
    first, second = f'{name}.mlp.c_fc', f'{name}.mlp.c_proj'
    y = F.linear(y, state[f'{first}.weight'], state[f'{first}.bias'])
    y = y * torch.sigmoid(1.702 * y)
    return x + F.linear(y, state[f'{second}.weight'], state[f'{second}.bias'])


def picture_feature(picture, state):
    p = 'image_encoder'
    patches = F.conv2d(picture[None], state[f'{p}.conv1.weight'], stride=16)
    x = torch.cat([state[f'{p}.class_embedding'][None], patches[0].flatten(1).t()])
    x = norm(x + state[f'{p}.positional_embedding'], state, f'{p}.ln_pre')
    x = clip_block(x, state, f'{p}.transformer.resblocks.0', heads=1)
    return norm(x[0], state, f'{p}.ln_post') @ state[f'{p}.proj']


def text_feature(prompt, end, state):
    p = 'text_encoder'
    x = prompt + state[f'{p}.positional_embedding']
    mask = torch.full((len(x), len(x)), -math.inf).triu(1)
    x = clip_block(x, state, f'{p}.transformer.resblocks.0', heads=1, mask=mask)
    return norm(x, state, f'{p}.ln_final')[end] @ state[f'{p}.text_projection']


def temporal_layer(x, state, name, heads=8):
    y = norm(x, state, f'{name}.0.fn.norm')
    qkv = F.linear(y, state[f'{name}.0.fn.fn.to_qkv.weight']).chunk(3, 1)
    parts = []
    for q, k, v in zip(*(p.chunk(heads, 1) for p in qkv), strict=True):
        parts.append((q @ k.t() * q.shape[1] ** -0.5).softmax(1) @ v)
    out = f'{name}.0.fn.fn.to_out.0'
    x = x + F.linear(torch.cat(parts, 1), state[f'{out}.weight'], state[f'{out}.bias'])
    y = norm(x, state, f'{name}.1.fn.norm')
    first, second = (f'{name}.1.fn.fn.net.{i}' for i in (0, 3))
    y = F.linear(y, state[f'{first}.weight'], state[f'{first}.bias'])
    y = 0.5 * y * (1 + torch.tanh(math.sqrt(2 / math.pi) * (y + 0.044715 * y**3)))
    return x + F.linear(y, state[f'{second}.weight'], state[f'{second}.bias'])


def original_logits(state, texts, videos, layers):
    """Of the classes, in the order of the file."""
    context = state['prompt_learner.ctx']
    if context.dim() == 2:
        context = context.expand(len(texts), *context.shape)
    rows = zip(
        state['prompt_learner.token_prefix'],
        context,
        state['prompt_learner.token_suffix'],
        texts,
        strict=True,
    )
    classes = []
    for prefix, words, suffix, text in rows:
        end = 1 + len(words) + len(TOKENIZER.encode(text))
        classes.append(text_feature(torch.cat([prefix, words, suffix]), end, state))
    logits = []
    for video in videos:
        frames = [picture_feature(picture / 255, state) for picture in video.float()]
        x = torch.cat([state['temporal_net.cls_token'][0], torch.stack(frames)])
        x = x + state['temporal_net.pos_embedding'][0, : len(x)]
        for i in range(layers):
            name = f'temporal_net.temporal_transformer.layers.{i}'
            x = temporal_layer(x, state, name)
        feature = x[0] / x[0].norm()
        logits.append(torch.stack([feature @ c / c.norm() for c in classes]) / 0.01)
    return torch.stack(logits)


def variant(state, contexts=8, generic=False, layers=1, frames=16):
    """The weights that such a training would have."""
    # numpy 2 drew some of them in double precision.
    state = {name: value.float() for name, value in state.items()}
    texts = recorded.load('dferclip')['texts']
    width = state['prompt_learner.ctx'].shape[-1]
    shape = [contexts, width] if generic else [len(texts), contexts, width]
    state['prompt_learner.ctx'] = recorded.draw('prompt_learner.ctx', shape).float()
    table = state['clip_model_.token_embedding.weight']
    rows = recorded.prompt_rows(texts, contexts, table)
    state['prompt_learner.token_suffix'] = rows
    name = 'temporal_net.pos_embedding'
    state[name] = recorded.draw(name, [1, frames + 1, 512]).float()
    first = 'temporal_net.temporal_transformer.layers.0.'
    for old in [name for name in state if name.startswith(first)]:
        for i in range(1, layers):
            new = old.replace('layers.0.', f'layers.{i}.')
            state[new] = recorded.draw(new, list(state[old].shape)).float()
    return state, texts


VARIANTS = [
    dict(),
    dict(contexts=4, generic=True),
    dict(contexts=1, layers=3),
    dict(contexts=16, frames=24),
]


@pytest.fixture
def command(tmp_path, dferclip_cfg, capsys):
    """Converts by the command; its code, its error and the file."""
    dferclip_cfg.model.pop('data_preprocessor')
    config = tmp_path / 'given.py'

    def run(state, *options, cfg=dferclip_cfg):
        config.write_text(f'given = {cfg.to_dict()!r}\nglobals().update(given)\n')
        torch.save(dict(state_dict=state), tmp_path / 'theirs.pth')
        out = tmp_path / 'ours.safetensors'
        args = (str(tmp_path / 'theirs.pth'), str(out), '--config', str(config))
        code = main(['convert', *args, '--fold', '1', *options])
        said = [
            line for line in capsys.readouterr().err.splitlines() if 'error' in line
        ]
        return code, said, out

    return run


@torch.no_grad()
@pytest.mark.parametrize('kwargs', VARIANTS, ids=str)
def test_the_written_config_builds_what_the_file_holds(
    dferclip_state, dferclip_cfg, tmp_path, kwargs
):
    state, texts = variant(dferclip_state, **kwargs)
    torch.save(dict(state_dict=state), tmp_path / 'theirs.pth')
    conversion = convert(tmp_path / 'theirs.pth', dferclip_cfg, fold=1)
    out = tmp_path / 'ours.safetensors'
    conversion.save(out)
    cfg = Config.fromfile(conversion.save_config(out))
    frames = kwargs.get('frames', 16)
    for data_set in data_sets(cfg):
        (sampling,) = (
            step
            for step in data_set.config.pipeline
            if kind_of(step) == 'SampleSegments'
        )
        assert sampling.num_frames == frames
    model = MODELS.build(cfg.model).eval()
    model.load_state_dict(load_from_local(out)['state_dict'])
    videos = recorded.video(5, frames, 32)
    batch = dict(inputs=list(videos), data_samples=[ActionDataSample()] * 2)
    inputs = model.data_preprocessor(batch, False)['inputs']
    logits = model.extract_feat(inputs, stage='head')[0].logits
    classes = conversion.report.classes
    order = [classes['file'].index(name) for name in classes['model']]
    expected = original_logits(state, texts, videos, kwargs.get('layers', 1))
    assert torch.allclose(logits, expected[:, order], rtol=0, atol=1e-4)


def test_where_the_words_stood_is_asked_for(dferclip_state, command):
    code, (error,), out = command(dferclip_state)
    assert code == 2 and 'Give it with --class-token' in error and not out.exists()
    for other in ('middle', 'front'):
        code, (error,), out = command(dferclip_state, '--class-token', other)
        assert code == 2 and 'are not supported' in error and not out.exists()
    code, errors, out = command(dferclip_state, '--class-token', 'end')
    assert (code, errors) == (0, []) and out.with_name('ours_config.py').is_file()


def test_another_activation_is_refused(dferclip_state, dferclip_cfg, tmp_path):
    torch.save(dferclip_state, tmp_path / 'theirs.pth')
    for part in ('backbone', 'text_encoder'):
        cfg = copy.deepcopy(dferclip_cfg)
        cfg.model[part].arch = {**recorded.TINY_CLIP, 'quick_gelu': False}
        with pytest.raises(ValueError, match='quick GELU'):
            convert(tmp_path / 'theirs.pth', cfg, fold=1)


def test_another_number_of_instances_has_to_be_stated(
    m3dfel_state, m3dfel_cfg, tmp_path
):
    state = {**m3dfel_state, 'pwconv.weight': torch.randn(1, 2, 3)}
    torch.save(state, tmp_path / 'theirs.pth')
    with pytest.raises(ValueError, match='in 2 parts, .*num_frames=16 and clip_len=4'):
        convert(tmp_path / 'theirs.pth', m3dfel_cfg, fold=1)
    m3dfel_cfg.model.backbone.clip_len = 8
    conversion = convert(tmp_path / 'theirs.pth', m3dfel_cfg, fold=1)
    assert conversion.report.complete
    assert conversion.config.model.cls_head.num_instances == 2
    assert any('clip_len=8' in said for said in conversion.report.unstated)


def test_classes_of_other_data_have_no_known_order(m3dfel_file, m3dfel_cfg):
    m3dfel_cfg.test_dataloader.dataset.update(type='FERV39kDataset')
    with pytest.raises(ValueError, match='order of the classes of FERV39k .*--classes'):
        convert(m3dfel_file, m3dfel_cfg)


def test_a_kernel_with_its_axes_in_another_order_does_not_fit(
    m3dfel_state, m3dfel_cfg, tmp_path
):
    name = 'features.1.0.conv1.0.weight'
    state = {**m3dfel_state, name: torch.randn(8, 8, 3, 1, 9)}
    torch.save(state, tmp_path / 'theirs.pth')
    report = convert(tmp_path / 'theirs.pth', m3dfel_cfg, fold=1).report
    assert name in report.misfit and not report.complete


def test_values_that_are_not_finite_are_refused(m3dfel_state, m3dfel_cfg, tmp_path):
    state = {**m3dfel_state, 'fc.bias': torch.tensor([math.nan] * 7)}
    torch.save(state, tmp_path / 'theirs.pth')
    with pytest.raises(ValueError, match='fc.bias holds NaN or infinity'):
        convert(tmp_path / 'theirs.pth', m3dfel_cfg, fold=1)


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (('--classes', 'mafw:mine'), "order='mine' is unknown"),
        (('--classes', 'a,b'), 'give their order with --classes'),
        (('--format', 'm3dfel'), 'M3DFEL: the order of the classes of MAFW'),
        (('--cfg-options', 'model.foo=1'), 'model.foo: '),
        (('--cfg-options', 'model.cls_head.type=Foo'), 'model.cls_head: there is no'),
        (('--cfg-options', 'model.type.foo=1'), 'which has no entries'),
        (('--fold', '9'), 'one of the 5 folds'),
    ],
)
def test_wrong_names_end_in_one_sentence(dferclip_state, command, options, words):
    code, errors, out = command(dferclip_state, '--class-token', 'end', *options)
    assert code == 2 and not out.exists()
    assert words in ' '.join(errors)


@pytest.mark.parametrize('ending', ['.pth', '.safetensors', '.pt'])
def test_damaged_files_end_in_one_sentence(tmp_path, m3dfel_state, capsys, ending):
    whole = tmp_path / f'whole{ending}'
    if ending == '.safetensors':
        from safetensors.torch import save_file

        save_file(m3dfel_state, whole)
    elif ending == '.pt':
        torch.save(m3dfel_state, whole, _use_new_zipfile_serialization=False)
    else:
        torch.save(m3dfel_state, whole)
    data, path = whole.read_bytes(), tmp_path / f'x{ending}'
    middle = len(data) // 2
    damaged = {
        'empty': b'',
        'a byte': data[:1],
        'half': data[:middle],
        'its end': data[-middle:],
        'text': b'no checkpoint',
        'the start overwritten': b'\xff' * 64 + data[64:],
    }
    if ending == '.pth':
        damaged['zeros'] = data[:middle] + bytes(4096) + data[middle + 4096 :]
    for kind, content in damaged.items():
        path.write_bytes(content)
        code = main(
            ['convert', str(path), str(tmp_path / 'o.pth')]
            + ['--config', 'baselines/m3dfel_dfew', '--fold', '1']
        )
        assert code == 2, kind
        (error,) = capsys.readouterr().err.splitlines()
        assert error.startswith('error: ') and path.name in error, kind
