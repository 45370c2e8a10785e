"""Exports a model as one ONNX file that runs without this package."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..files import replacing
from ..finite_weights import check_finite
from ..models.backbones.instance_backbone import InstanceBackbone
from ..models.bag import Bag
from ..models.experts import FunctionExpert, OnnxExpert
from ..models.heads import FrameExpertHead
from ..models.recognizers import BagRecognizer, TextGuidedRecognizer
from ..version import __version__
from ..video.errors import OutputError, UsageError
from ..video.optional_packages import need
from .model_loading import LoadedModel
from .preprocessing import steps_after_reading, video_settings
from .result import SCHEMA
from .writing import naming_what_fails, prepare_folder

INPUTS = ('frames', 'valid')
OUTPUTS = ('probabilities', 'scores', 'relevance')
_KEEPING = ('Resize', 'FormatShape', 'PackDFERInputs', 'PackActionInputs')


class ExportedRecognizer(nn.Module):
    """A recognizer from pictures to numbers: normalising and the texts are inside.

    Args:
        recognizer: In evaluation mode.
    """

    def __init__(self, recognizer: BagRecognizer) -> None:
        super().__init__()
        self.backbone = recognizer.backbone
        self.neck = recognizer.neck if recognizer.with_neck else None
        self.cls_head = recognizer.cls_head
        self.make_instances = recognizer.make_instances
        preprocessor = recognizer.data_preprocessor
        mean = getattr(preprocessor, 'mean', torch.zeros(3)).flatten()
        std = getattr(preprocessor, 'std', torch.ones(3)).flatten()
        self.register_buffer('pixel_mean', mean.view(3, 1, 1).detach().clone())
        self.register_buffer('pixel_std', std.view(3, 1, 1).detach().clone())
        texts = recognizer.text_encoder
        with torch.no_grad():
            texts = None if texts is None else texts().float().clone()
        self.register_buffer('class_texts', texts)

    def forward(self, frames: Tensor, valid: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Predicts.

        Args:
            frames: (N, T, 3, H, W) uint8 RGB.
            valid: (N,) int64, number of the T frames that are real; they come first.

        Returns:
            Probabilities (N, K), instance scores and relevance (N, M, K).
        """
        n, t = frames.shape[:2]
        pictures = (frames.flatten(0, 1).float() - self.pixel_mean) / self.pixel_std
        features = self.backbone(pictures).unflatten(0, (n, t))
        mask = torch.arange(t, device=valid.device)[None] < valid[:, None]
        bag = Bag(*self.make_instances(features, mask), self.class_texts)
        if self.neck is not None:
            bag, _ = self.neck(bag)
        output = self.cls_head(bag)
        scores = self.cls_head.normalise(output.instance)
        return self.cls_head.probabilities(output), scores, output.weights


def export_onnx(loaded: LoadedModel, out: str | Path) -> Path:
    """Writes a model as ONNX, for any batch and any number of frames a clip.

    Text features and normalisation are inside. The metadata of the file hold the
    classes, preprocessing, settings for videos, origin of the weights, and the schema
    of the results that ``DFERInferencer`` makes with it.

    Args:
        loaded: The model, see :func:`load_model`.
        out: The file, ``*.onnx``.

    Raises:
        UsageError: It is another kind of model, its test pipeline does more than
            scale, or the file's name does not end in ``.onnx``.
        OutputError: The file cannot be written.
        NonFiniteWeightsError: The weights hold NaN or infinity.
    """
    out = Path(out)
    check_out(out)
    metadata = _metadata(loaded)
    check_finite(loaded.model.state_dict(), loaded.about['checkpoint'])
    onnx = need('onnx')
    need('onnxscript')
    program = trace(loaded)
    exported = torch.onnx.export(
        program,
        (),
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamo=True,
        optimize=False,  # onnxruntime does that when it loads the file
        verbose=False,
    )
    model = exported.model_proto
    _name_axes(model)
    onnx.helper.set_model_props(model, metadata)
    with naming_what_fails(out), replacing(out) as temporary:
        onnx.save(model, str(temporary))
    return out


def trace(loaded: LoadedModel) -> torch.export.ExportedProgram:
    """The graph of a model, for any batch and any number of frames a clip.

    Args:
        loaded: The model, see :func:`load_model`; it is left on the CPU.
    """
    settings = json.loads(_metadata(loaded)['video'])
    size, frames = settings['crop']['size'], settings['window']['frames']
    module = ExportedRecognizer(loaded.model.cpu()).eval()
    group = loaded.model.frames_per_instance
    # Several windows of every temporal grain: with a single one the exporter would
    # assume that there is always one.
    length = group * (max(2 * frames, 32) // group + 1)
    pictures = torch.zeros(2, length, 3, size, size, dtype=torch.uint8)
    any_size = torch.export.Dim.DYNAMIC
    return torch.export.export(
        module,
        (pictures, torch.tensor([length, 1])),
        dynamic_shapes=({0: any_size, 1: any_size}, {0: any_size}),
        strict=False,
    )


def check_out(out: str | Path) -> None:
    """Checks that a model can be written to a file.

    Raises:
        UsageError: The file's name does not end in ``.onnx``.
        OutputError: It cannot be written.
    """
    out = Path(out)
    if out.suffix != '.onnx':
        raise UsageError(f'{out}: the file has to be named *.onnx')
    prepare_folder(out.parent)
    with naming_what_fails(out):
        taken = out.is_dir()
    if taken:
        raise OutputError(f'{out}: is a folder, choose another name with --out')


def _name_axes(model: Any) -> None:
    """Names the free axes of inputs and outputs batch and length, not s17 and s42."""
    pictures = next(i for i in model.graph.input if i.name == 'frames')
    axes = pictures.type.tensor_type.shape.dim
    names = {axes[0].dim_param: 'batch', axes[1].dim_param: 'length'}
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        for axis in value.type.tensor_type.shape.dim:
            axis_name = names.get(axis.dim_param)
            if axis_name:
                axis.dim_param = axis_name


def _side(scale: Sequence[int] | int) -> int:
    """Side of the square that a Resize makes."""
    width, height = (scale, scale) if isinstance(scale, int) else scale
    if width != height:
        raise UsageError(
            f'the test pipeline resizes to {width} x {height}; only squares can be '
            'exported'
        )
    return int(width)


def _metadata(loaded: LoadedModel) -> dict[str, str]:
    network = loaded.model
    expert = isinstance(getattr(network, 'cls_head', None), FrameExpertHead)
    if not isinstance(network, TextGuidedRecognizer) and not expert:
        raise UsageError(
            f'a {type(network).__name__} cannot be exported, only a '
            'TextGuidedRecognizer, or a FrameExpert under a FrameExpertHead'
        )
    if isinstance(network.backbone, OnnxExpert | FunctionExpert):
        raise UsageError(
            f'a model whose tower is a {type(network.backbone).__name__} cannot be '
            'exported: only towers that torch computes can. Give its config to --model'
        )
    if isinstance(network.backbone, InstanceBackbone):
        raise UsageError(
            'a model with an InstanceBackbone cannot be exported yet: only towers that '
            'see single frames can'
        )
    for step in steps_after_reading(loaded.cfg):
        if step['type'] not in _KEEPING or step.get('keep_ratio', False):
            raise UsageError(
                f'{loaded.cfg.filename}: the test pipeline has {step["type"]}, which '
                'the exported file would lack; only Resize without keep_ratio, '
                'FormatShape and packing can be exported'
            )
    settings = video_settings(loaded.cfg, {})
    for step in steps_after_reading(loaded.cfg):
        if step['type'] == 'Resize':  # which the file lacks: then crops have that size
            settings = settings.updated(dict(crop=dict(size=_side(step['scale']))))
    size = settings.crop.size
    values = dict(
        classes=loaded.classes,
        preprocessing=dict(
            frames=f'(N, T, 3, {size}, {size}) uint8 RGB, normalised inside',
            valid='(N,) int64, how many of the T frames are real; they come first',
            size=size,
            frames_per_instance=loaded.model.frames_per_instance,
        ),
        video=settings.nested(),
        model=loaded.about,
        schema=SCHEMA,
        version=__version__,
    )
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
    }
