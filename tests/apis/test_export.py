"""The ONNX file says what torch says, for any batch and length, with padding."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope

from tgdfer_mm.apis import DFERInferencer, LoadedModel, export
from tgdfer_mm.apis.export import export_onnx
from tgdfer_mm.apis.runtime import OnnxRuntime
from tgdfer_mm.registry import MODELS, TEMPORAL
from tgdfer_mm.video.errors import InputError, UsageError

ARCH = dict(
    embed_dim=32,
    quick_gelu=True,
    vision_cfg=dict(image_size=32, patch_size=16, layers=1, width=32, head_width=16),
    text_cfg=dict(context_length=77, vocab_size=49408, width=32, heads=2, layers=1),
)
PIPELINE = [
    dict(type='SampleSegments', num_frames=8, test_mode=True),
    dict(type='DecodeFrames'),
    dict(type='Resize', scale=(32, 32), keep_ratio=False),
    dict(type='FormatShape', input_format='NCHW'),
    dict(type='PackDFERInputs'),
]

OPTIONS = dict(RelevanceNeck={}, VisualPromptNeck=dict(in_channels=32, gamma=0.5))
NECKS = (
    *('MotionPromptNeck', 'RelevanceNeck', 'RestingFaceNeck', 'RestingPromptNeck'),
    'VisualPromptNeck',
)
# Every temporal network, and every neck with one of them.
NETWORKS = sorted(TEMPORAL.module_dict)
GRAPHS = [
    (NETWORKS[i % len(NETWORKS)], NECKS[i % len(NECKS)])
    for i in range(max(len(NETWORKS), len(NECKS)))
]


def build(neck='VisualPromptNeck', temporal=None, **parts):
    """A small recognizer with random weights, as if it had been loaded."""
    init_default_scope('mmaction')  # module fixtures come before the tests' own
    torch.manual_seed(0)
    classes = ['happy', 'sad', 'neutral']
    model = dict(
        type='TextGuidedRecognizer',
        backbone=dict(type='OpenCLIPVisual', arch=ARCH),
        text_encoder=dict(
            type='OpenCLIPText',
            arch=ARCH,
            descriptions={name: [f'a {name} face'] for name in classes},
        ),
        neck=dict(type=neck, **OPTIONS.get(neck, dict(in_channels=32))),
        cls_head=dict(
            type='MultiGrainedTemporalHead',
            num_classes=3,
            in_channels=32,
            temporal=temporal or dict(type='lgt', windows=(8,)),
        ),
        data_preprocessor=dict(
            type='ActionDataPreprocessor',
            mean=[120.0, 110.0, 100.0],
            std=[60.0, 70.0, 80.0],
            format_shape='NCHW',
        ),
        **parts,
    )
    dataset = dict(type='Any', pipeline=PIPELINE)
    cfg = Config(dict(model=model, test_dataloader=dict(dataset=dataset)))
    network = MODELS.build(cfg.model).eval()
    for parameter in network.parameters():  # zeros at the start would hide parts
        torch.nn.init.normal_(parameter, std=0.3)
    network.cls_head.logit_scale.data.fill_(3.0)  # so that the classes differ
    if isinstance(network.neck.log_tau, torch.nn.Parameter):
        network.neck.log_tau.data.fill_(-2.0)
    about = dict(
        *(), name='x', config='c', checkpoint='w', sha256='0' * 64, classes=classes
    )
    return LoadedModel(network, cfg, about | dict(note='only a test'))


@pytest.fixture(scope='module')
def loaded():
    return build()


@pytest.fixture(scope='module')
def path(loaded, tmp_path_factory):
    return export_onnx(loaded, tmp_path_factory.mktemp('onnx') / 'model.onnx')


def in_torch(loaded, frames, valid):
    """The model's own predictions, through mmengine's test step."""
    samples = [ActionDataSample(metainfo=dict(num_valid=n)) for n in valid]
    batch = dict(inputs=list(torch.from_numpy(frames)), data_samples=samples)
    with torch.no_grad():
        samples = loaded.model.test_step(batch)
    keys = ('pred_score', 'instance_scores', 'relevance')
    return [np.stack([s.get(key).numpy() for s in samples]) for key in keys]


@pytest.mark.parametrize(
    ('length', 'valid'), [(8, [8, 3]), (5, [5, 4, 1]), (1, [1]), (40, [40, 17])]
)
def test_any_batch_and_length_gives_what_torch_gives(loaded, path, length, valid):
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    shape = (len(valid), length, 3, 32, 32)
    frames = np.random.default_rng(length).integers(0, 256, shape, dtype=np.uint8)
    given = dict(frames=frames, valid=np.array(valid))
    ours = session.run(['probabilities', 'scores', 'relevance'], given)
    for own, theirs in zip(ours, in_torch(loaded, frames, valid), strict=True):
        assert own.shape == theirs.shape
        np.testing.assert_allclose(own, theirs, atol=1e-4)
    probabilities = ours[0]
    assert np.ptp(probabilities, axis=0).max() > 1e-3 or len(valid) == 1
    frames[np.arange(length)[None] >= np.array(valid)[:, None]] = 255  # the padding
    for own, theirs in zip(session.run(None, given), ours, strict=True):
        seen = np.arange(length)[None] < np.array(valid)[:, None]
        mask = seen if own.ndim == 3 else slice(None)
        np.testing.assert_allclose(own[mask], theirs[mask], atol=1e-5)


def test_the_default_gives_what_torch_gives(tmp_path):
    loaded = build('RestingFaceNeck', dict(type='multi_grained'))
    path = export_onnx(loaded, tmp_path / 'model.onnx')
    test_any_batch_and_length_gives_what_torch_gives(loaded, path, 5, [5, 4, 1])


@pytest.mark.parametrize(('temporal', 'neck'), GRAPHS)
def test_every_part_has_a_graph_for_any_batch_and_length(temporal, neck):
    export.trace(build(neck, dict(type=temporal)))


def test_the_file_says_all_that_is_needed_to_use_it(loaded, path):
    model = onnx.load(path)
    onnx.checker.check_model(model)
    metadata = {p.key: p.value for p in model.metadata_props}
    assert json.loads(metadata['classes']) == ['happy', 'sad', 'neutral']
    assert json.loads(metadata['model']) == loaded.about
    assert json.loads(metadata['preprocessing'])['size'] == 32
    assert metadata['schema'] == 'tgdfer_mm.result/1'
    axes = [d.dim_param for d in model.graph.input[0].type.tensor_type.shape.dim]
    assert axes[:2] == ['batch', 'length']


def test_pictures_are_of_the_size_that_the_pipeline_makes(
    loaded, path, tmp_path, monkeypatch
):
    cfg = Config(loaded.cfg.to_dict() | dict(video=dict(crop=dict(size=48))))
    graph = SimpleNamespace(model_proto=onnx.load(path))  # another takes seconds
    monkeypatch.setattr(export, 'trace', lambda loaded: None)
    monkeypatch.setattr(torch.onnx, 'export', lambda *args, **kwargs: graph)
    written = export_onnx(replace(loaded, cfg=cfg), tmp_path / 'model.onnx')
    metadata = {p.key: p.value for p in onnx.load(written).metadata_props}
    assert json.loads(metadata['preprocessing'])['size'] == 32
    assert json.loads(metadata['video'])['crop']['size'] == 32


def test_the_inferencer_says_the_same_with_it(loaded, path):
    frames = np.random.default_rng(1).integers(0, 256, (30, 40, 40, 3), dtype=np.uint8)
    settings = dict(window=dict(seconds=0.4, stride=0.2), show_progress=False)
    ours, theirs = (
        DFERInferencer(model, faces='none', **settings)(frames)['predictions'][0]
        for model in (path, loaded)
    )
    assert ours['model']['sha256'] == theirs['model']['sha256']
    assert ours['model']['runtime'] == 'onnx'
    assert ours['settings'] == theirs['settings']
    [own], [their] = ours['tracks'], theirs['tracks']
    assert len(own['windows']) == len(their['windows']) > 2
    np.testing.assert_allclose(*[t['probabilities'] for t in (own, their)], atol=1e-4)
    rows = [[s for s in t['frames']['scores'] if s] for t in (own, their)]
    np.testing.assert_allclose(*rows, atol=1e-4)


def test_runtime_onnx_exports_first(loaded, path, monkeypatch):
    exported = []

    def stand_in(model, out):  # the real one is what this file tests
        exported.append(model)
        return Path(shutil.copy(path, out))

    monkeypatch.setattr(export, 'export_onnx', stand_in)
    inferencer = DFERInferencer(loaded, faces='none', runtime='onnx')
    assert exported == [loaded]
    assert isinstance(inferencer.runtime, OnnxRuntime)
    assert inferencer.about['onnx'] == 'model.onnx'  # its folder is gone already
    [said] = inferencer.forward([[np.zeros((32, 32, 3), np.uint8)] * 3])
    assert said.scores.shape == (3, 3)


def test_what_is_no_such_file_is_refused(path, tmp_path):
    with pytest.raises(InputError, match=r'absent\.onnx: there is no such model'):
        OnnxRuntime(tmp_path / 'absent.onnx', {}, 'cpu')
    (tmp_path / 'text.onnx').write_text('no model')
    with pytest.raises(InputError, match=r'text\.onnx: onnxruntime cannot load'):
        OnnxRuntime(tmp_path / 'text.onnx', {}, 'cpu')
    model = onnx.load(path)
    del model.metadata_props[:]
    onnx.save(model, tmp_path / 'bare.onnx')
    with pytest.raises(InputError, match=r'bare\.onnx: lacks the metadata.*export'):
        OnnxRuntime(tmp_path / 'bare.onnx', {}, 'cpu')
    with pytest.raises(UsageError, match='crop.size=64'):
        OnnxRuntime(path, dict(crop=dict(size=64)), 'cpu')
    with pytest.raises(UsageError, match='device'):
        OnnxRuntime(path, {}, 'tpu')
    with pytest.raises(UsageError, match='leave --checkpoint out'):
        DFERInferencer(path, 'weights.pth')


def test_what_cannot_be_exported_is_refused(loaded, tmp_path):
    with pytest.raises(UsageError, match=r'named \*\.onnx'):
        export_onnx(loaded, tmp_path / 'model.pt')
    other = LoadedModel(torch.nn.Identity(), loaded.cfg, loaded.about)
    with pytest.raises(UsageError, match='Identity cannot be exported'):
        export_onnx(other, tmp_path / 'x.onnx')
    steps = [*PIPELINE[:3], dict(type='CenterCrop', crop_size=24), *PIPELINE[3:]]
    cfg = Config(dict(test_dataloader=dict(dataset=dict(pipeline=steps))))
    with pytest.raises(UsageError, match='CenterCrop'):
        export_onnx(LoadedModel(loaded.model, cfg, loaded.about), tmp_path / 'x.onnx')
    assert list(tmp_path.iterdir()) == []
