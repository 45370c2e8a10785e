"""Whatever is wrong with a model: one sentence, code 2, no option that is not there."""

import json
import random

import pytest
import torch

from tgdfer_cli.main import main, make_parser
from tgdfer_mm.apis import DFERInferencer, model_loading
from tgdfer_mm.apis.runtime import make_runtime
from tgdfer_mm.apis.usable_model import naming_the_model
from tgdfer_mm.plain_checkpoints import load_from_local
from tgdfer_mm.video.errors import InputError, UsageError


@pytest.fixture(scope='module')
def weights():
    """The demo's own checkpoint."""
    entry = model_loading.shipped_models()['demo']
    return load_from_local(model_loading.resolve(entry['checkpoint']))


def not_finite(whole):
    name, value = next(
        (n, v) for n, v in whole['state_dict'].items() if v.is_floating_point()
    )
    spoilt = value.clone().float()
    spoilt.view(-1)[0] = torch.nan
    return dict(whole, state_dict=dict(whole['state_dict'], **{name: spoilt}))


DAMAGED = {
    'empty': lambda path, whole: path.touch(),
    'text': lambda path, whole: path.write_text('hello'),
    'list': lambda path, whole: torch.save([1, 2], path),
    'no weights': lambda path, whole: torch.save(dict(meta={}), path),
    'weights in a list': lambda path, whole: torch.save(dict(state_dict=[1]), path),
    'meta in a list': lambda path, whole: torch.save(dict(whole, meta=[1]), path),
    'classes in a number': lambda path, whole: torch.save(
        dict(whole, meta=dict(dataset_meta=dict(classes=3))), path
    ),
    'objects': lambda path, whole: torch.save(
        dict(whole, meta=dict(x=random.Random(1))), path
    ),
    'NaN': lambda path, whole: torch.save(not_finite(whole), path),
}


@pytest.mark.parametrize('damage', DAMAGED)
@pytest.mark.parametrize('command', ['infer', 'export'])
def test_a_damaged_checkpoint_is_2_and_one_sentence(
    damage, command, weights, tmp_path, capsys
):
    path = tmp_path / 'bad.pth'
    DAMAGED[damage](path, weights)
    words = [command, '--model', 'tgdfer_demo', '--checkpoint', str(path)]
    if command == 'infer':
        words += ['video.mp4', '--out', str(tmp_path / 'out')]
    else:
        words += ['--out', str(tmp_path / 'model.onnx')]
    assert main(words) == 2
    printed = capsys.readouterr()
    said = ' '.join((printed.out + printed.err).split())
    assert said.startswith('error: ') and 'bad.pth' in said
    assert 'Traceback' not in said
    options = make_parser(command).format_help()
    named = [word for word in said.split() if word.startswith('--')]
    assert all(word.strip('.,;:()') in options for word in named)
    assert not (tmp_path / 'model.onnx').exists()


def test_from_python_it_is_a_video_error_like_any(weights, tmp_path):
    path = tmp_path / 'bad.pth'
    torch.save(not_finite(weights), path)
    with pytest.raises(UsageError, match=r'bad\.pth: .* holds NaN or infinity'):
        DFERInferencer('tgdfer_demo', path, faces='none')


def test_errors_that_are_none_of_ours_get_a_sentence():
    with pytest.raises(UsageError, match=r'm with c cannot be loaded \(KeyError: .x'):
        with naming_the_model('m', 'c'):
            raise KeyError('x\ny')
    with pytest.raises(InputError, match='^as it is$'), naming_the_model('m'):
        raise InputError('as it is')
    with pytest.raises(KeyboardInterrupt), naming_the_model('m'):
        raise KeyboardInterrupt


@pytest.mark.parametrize('damage', ['NaN', 'classes', 'json', 'size', 'cut', 'names'])
def test_a_damaged_onnx_file_is_found_out_when_it_is_opened(damage, tmp_path):
    onnx = pytest.importorskip('onnx')
    pytest.importorskip('onnxruntime')
    path = tmp_path / 'model.onnx'
    model = tiny_onnx(onnx, torch.nan if damage == 'NaN' else 0.5, damage)
    path.write_bytes(model.SerializeToString())
    if damage == 'cut':
        path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises((InputError, UsageError), match=r'model\.onnx: '):
        make_runtime(path, None, None, 'torch', {})


def test_the_undamaged_one_is_used(tmp_path):
    onnx = pytest.importorskip('onnx')
    pytest.importorskip('onnxruntime')
    path = tmp_path / 'model.onnx'
    path.write_bytes(tiny_onnx(onnx, 0.5, '').SerializeToString())
    runtime = make_runtime(path, None, None, 'torch', {})
    assert runtime.about['classes'] == ['a', 'b']


def tiny_onnx(onnx, score, damage):
    """A file of the form that `tgdfer export` writes; it gives constants."""
    make, number = onnx.helper, onnx.TensorProto.FLOAT
    shapes = dict(probabilities=[1, 2], scores=[1, 1, 2], relevance=[1, 1, 2])
    nodes = [
        make.make_node(
            'Constant', [], [name], value=make.make_tensor(name, number, s, [score] * 2)
        )
        for name, s in shapes.items()
    ]
    graph = make.make_graph(
        nodes,
        'tiny',
        [
            make.make_tensor_value_info(
                'frames', onnx.TensorProto.UINT8, ['n', 't', 3, 8, 8]
            ),
            make.make_tensor_value_info('valid', onnx.TensorProto.INT64, ['n']),
        ],
        [make.make_tensor_value_info(n, number, s) for n, s in shapes.items()],
    )
    model = make.make_model(
        graph, opset_imports=[make.make_opsetid('', 17)], ir_version=8
    )
    classes = ['a', 'b', 'c'] if damage == 'classes' else ['a', 'b']
    about = dict(name='tiny', note=None, classes=classes)
    metadata = dict(
        model=json.dumps(about) if damage != 'names' else '{}',
        video='{' if damage == 'json' else json.dumps(dict(crop=dict(size=8))),
        preprocessing=json.dumps(dict(size='x' if damage == 'size' else 8)),
    )
    make.set_model_props(model, metadata)
    return model
