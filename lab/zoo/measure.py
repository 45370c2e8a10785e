"""Architecture and costs of a config's model, measured by building it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from tgdfer_mm.models.text.tokens import CLIP_TOKENIZER
from tgdfer_mm.registry import MODELS

from ..multiply_adds import multiply_adds

_ADDED = {
    'ViTTemporalAdapter': ' + adapters',
    'LandmarkViT': ' + adapters',
    'FrameReweighting': ' + moved attention',
}
_NAMES = {
    'SynthDFEW': 'SynthDFER',
    'CREMAD': 'CREMA-D',
    'ENTERFACE05': "eNTERFACE'05",
}


def measure(path: Path) -> dict:
    """Builds the model of a config and passes one video through it.

    Args:
        path: The config.

    Returns:
        ``Architecture`` (of the tower), ``Frames``, ``Resolution``, ``Batch Size``,
        ``Epochs``, ``Training Data``, ``Parameters`` and ``Trained Parameters``
        (numbers), and ``FLOPs``: multiply-adds of one video in testing. The texts of
        the classes, which are computed once for all videos, do not count.
    """
    cfg = Config.fromfile(path)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    text = cfg.model.get('text_encoder', {})
    if 'tokenizer' in text:  # of the hub; what it costs does not depend on it
        text.tokenizer = CLIP_TOKENIZER
    with _no_start():
        model = MODELS.build(cfg.model).eval()
    count = {True: 0, False: 0}
    for parameter in model.parameters():
        count[parameter.requires_grad] += parameter.numel()
    data = cfg.train_dataloader.dataset
    return {
        'Architecture': tower_name(cfg.model.backbone),
        'Frames': cfg.num_frames,
        'Resolution': f'{cfg.image_size}x{cfg.image_size}',
        'Batch Size': cfg.train_dataloader.batch_size,
        'Epochs': cfg.train_cfg.max_epochs,
        'Training Data': data_name(data),
        'Parameters': sum(count.values()),
        'Trained Parameters': count[True],
        'FLOPs': _views(cfg) * multiply_adds(model, cfg.num_frames, cfg.image_size),
    }


def _views(cfg: Config) -> int:
    """Number of times that a clip is shown in testing."""
    steps = {s['type']: s for s in cfg.test_dataloader.dataset.pipeline}
    windows = steps.get('SampleWindows', {'num_windows': 1}).get('num_windows', 2)
    return windows * (2 if 'CropCorners' in steps else 1)


def data_name(data: dict) -> str:
    """DFEW of a ``DFEWDataset``, with the setting where it is not the single label."""
    name = data['type'].removesuffix('Dataset')
    name = _NAMES.get(name, name)
    setting = data.get('setting', 'single')
    return name if setting == 'single' else f'{name} ({setting})'


def tower_name(backbone: dict) -> str:
    """The name of a tower below the adapters around it."""
    inner = backbone.get('tower') or (
        backbone.get('backbone') if backbone['type'] == 'InstanceBackbone' else None
    )
    if inner is not None:
        return tower_name(inner) + _ADDED.get(backbone['type'], '')
    name, arch = backbone['type'], backbone.get('arch')
    if name in ('OpenCLIPVisual', 'OpenCLIPPatches'):
        return 'synth_vlm' if 'synth_vlm' in arch else arch
    kind = arch or backbone.get('depth')
    return f'{name}-{kind}' if isinstance(kind, int | str) else name


@contextmanager
def _no_start() -> Iterator[None]:
    """Skips the random initial weights, which take most of the time."""
    names = [n for n in dir(nn.init) if n.endswith('_') and not n.startswith('_')]
    before = {name: getattr(nn.init, name) for name in names}
    try:
        for name in names:
            setattr(nn.init, name, lambda tensor, *_, **__: tensor)
        yield
    finally:
        for name, function in before.items():
            setattr(nn.init, name, function)
