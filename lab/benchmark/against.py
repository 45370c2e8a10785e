"""Row that compares with the released step of DFER-CLIP, run from its repository.

https://github.com/zengqunzhao/DFER-CLIP (MIT). No code of it is in this repository: its
modules are imported from the given folder. Its model reads an option that its own
command line does not define (``load_and_tune_prompt_learner``), so the options of its
``train_DFEW.sh`` are passed together with this one. The step is that of its ``main.py``
in single precision: forward pass, cross entropy, ``loss.item()``, SGD with its three
groups. It runs in a separate process, as for its users.
"""

import sys
import types
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import torch
from mmengine.config import Config
from torch import nn

from . import steps
from .apart import Apart
from .pairs import Results, Step, compare, stopwatch

OPTIONS = Namespace(
    contexts_number=8,
    class_token_position='end',
    class_specific_contexts='True',
    temporal_layers=1,
    load_and_tune_prompt_learner='True',
)
RATES = dict(temporal_net=1e-2, image_encoder=1e-5, prompt_learner=1e-3)
# Arguments of its CLIP: width, input, tower (layers, width, patch), text.
VIT = dict(
    embed_dim=512,
    image_resolution=224,
    vision_layers=12,
    vision_width=768,
    context_length=77,
    vocab_size=49408,
    transformer_width=512,
    transformer_heads=8,
    transformer_layers=12,
)


def build_released(code: Path, patch_size: int) -> nn.Module:
    """The model of DFER-CLIP with random weights.

    Args:
        code: The checkout.
        patch_size: 32 as released, or 16.

    Raises:
        SystemExit: A package that DFER-CLIP needs is absent.
    """
    # DFER-CLIP imports `models.*`, and `clip` from there.
    sys.path[:0] = [str(code), str(code / 'models')]
    if 'pkg_resources' not in sys.modules:  # DFER-CLIP reads a version
        stub = types.ModuleType('pkg_resources')
        import packaging

        stub.packaging = packaging
        sys.modules['pkg_resources'] = stub
    try:
        from clip.model import CLIP
        from models.Generate_Model import GenerateModel
        from models.Text import class_descriptor_7
    except ImportError as error:
        raise SystemExit(
            f'DFER-CLIP: {error}. It needs: pip install einops ftfy regex packaging'
        ) from error
    torch.manual_seed(0)
    clip = CLIP(vision_patch_size=patch_size, **VIT).float()
    model = GenerateModel(class_descriptor_7, clip, OPTIONS)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(any(part in name for part in RATES))
    return model


def released_steps(
    code: Path, patch_size: int, shape: tuple[int, ...], device: str
) -> dict[str, Step]:
    """The training and inference steps of DFER-CLIP on a random batch (N, T, 3, H, W).

    Args:
        code: The checkout.
        patch_size: See :func:`build_released`.
        shape: Shape of the batch.
        device: Device of the steps.
    """
    model = build_released(code, patch_size).to(device)
    images = torch.randn(shape, device=device)
    groups = [
        dict(params=getattr(model, part).parameters(), lr=lr)
        for part, lr in RATES.items()
    ]
    optimizer = torch.optim.SGD(groups, lr=1e-2, momentum=0.9, weight_decay=1e-4)
    target = torch.arange(len(images), device=images.device) % 7

    def train() -> None:
        model.train()
        loss = nn.functional.cross_entropy(model(images), target)
        loss.item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    @torch.no_grad()
    def infer() -> None:
        if model.training:
            model.eval()
        model(images)

    return {
        name: _finished(f) for name, f in (('training', train), ('inference', infer))
    }


def _finished(step: Step) -> Step:
    """A step that waits until the accelerator has finished."""
    return lambda: stopwatch(step)


def against_rows(
    results: Results,
    cfg: Config,
    code: Path,
    clips: int,
    pairs: int,
    device: str,
    bf16: bool = False,
    which: Sequence[str] = ('training', 'inference'),
) -> None:
    """Times our steps against those of DFER-CLIP, on the same tower, clips and frames.

    Args:
        results: File of the rows.
        cfg: Our config; its tower is a ViT-B with patches of 32 or 16.
        code: The checkout.
        clips: Batch size.
        pairs: Number of pairs of each row.
        device: Device of the steps.
        bf16: True to run ours in bf16; DFER-CLIP runs in single precision as released.
        which: Names of the rows.

    Raises:
        SystemExit: The folder is no checkout of DFER-CLIP, or a package that it needs
            is absent.
    """
    if not (code / 'models/Generate_Model.py').is_file():
        raise SystemExit(f'{code} is no checkout of DFER-CLIP.')
    patch = 16 if '-16' in cfg.model.backbone.arch else 32
    model = steps.build_model(cfg, device)
    batch = steps.make_batch(model, clips, cfg.num_frames, cfg.image_size)
    about = steps.describe(model, cfg, clips, bf16)

    fast = bf16 and device != 'cpu'
    rows = {
        'training': (
            'training ÷ the released step of DFER-CLIP',
            steps.training_step(model, batch, cfg.optim_wrapper),
            0.25 if fast else 0.92,
        ),
        'inference': (
            'inference ÷ the released code of DFER-CLIP',
            steps.inference_step(model, batch),
            0.75,
        ),
    }
    shape = tuple(batch['inputs'].shape)
    with Apart(released_steps, code.absolute(), patch, shape, device) as released:
        for name in which:
            what, ours, target = rows[name]
            ours = steps.in_precision(ours, device, bf16)
            theirs = released.step(name)
            figures = compare(ours, theirs, pairs, 2, (clips, clips))
            results.add(f'DFER-CLIP/{name}', what, figures, target, 'clip', **about)
