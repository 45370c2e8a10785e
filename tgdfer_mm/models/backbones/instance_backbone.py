"""Any backbone that mmaction2 can build, used as a tower of instance features."""

import logging

import torch
from mmengine.logging import print_log
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.func import functional_call

from ...registry import MODELS
from .backbone_hints import why_not
from .features_in_time import to_positions
from .weights import load_backbone

# Layouts of the frames, named as in mmaction2's FormatShape, and the recognizer that
# uses each. It is built without a head, and also knows the prefixes of backbone types.
HOSTS = {'NCHW': 'Recognizer2D', 'NCTHW': 'Recognizer3D'}


@MODELS.register_module()
class InstanceBackbone(BaseModule):
    """A wrapper that makes any backbone a tower of instance features over time.

    The T frames of a video go through the backbone as T pictures or as clips of g
    frames each. The output is read as P positions in time (see
    :func:`~tgdfer_mm.models.backbones.features_in_time.to_positions`), each of T / P
    frames, and projected to the joint width [choice]. P is found when the module is
    built, on tensors without content, so that a backbone that cannot work is refused
    before any data is read.

    Padding: padded frames are replaced by the last valid one before the backbone sees
    them, so that their content never matters. A position is valid if its first frame
    is. A clip of padding alone is therefore masked; within a clip, a temporal kernel
    sees the repeated frame at the end.

    Parameters that do not influence the output (such as a timm model's head norm) are
    frozen and named in the log, because distributed training would stop with an error.

    Args:
        backbone: As for mmaction2's recognizers, with their prefixes ``timm.``,
            ``torchvision.`` and ``mmpretrain.``.
        num_frames: T, the sampled frames of a video.
        image_size: Height and width of the frames, or one number for both.
        out_channels: D, the joint width.
        input_format: ``NCHW`` for a backbone on pictures, ``NCTHW`` for one on clips.
        clip_len: g for a backbone on clips; T by default, one clip a video.
        output_layout: Names of the axes of the backbone's output, e.g. ``NTHWC``, if
            their number is not enough to know them.
        projection: Whether to project. False for a backbone whose features are in the
            joint space already. The model then starts as the zero-shot model; with a
            projection it does not.
        pretrained: File or URL of a checkpoint with the backbone's weights, such as
            mmaction2's; see :func:`load_backbone`. Loaded by ``init_weights`` only.
        in_channels: Planes of a frame: 3, or 4 where landmarks are drawn on a fourth
            plane (``LandmarkViT``).

    Attributes:
        frames_per_position: T / P.

    Raises:
        ImportError: If a prefix names a package that cannot be imported.
        ValueError: If the backbone cannot take such frames, its positions do not divide
            T, or its width is not D and there is no projection.
    """

    def __init__(
        self,
        backbone: dict,
        num_frames: int,
        image_size: int | tuple[int, int],
        out_channels: int,
        input_format: str = 'NCTHW',
        clip_len: int | None = None,
        output_layout: str | None = None,
        projection: bool = True,
        pretrained: str | None = None,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        if input_format not in HOSTS:
            raise ValueError(f'input_format={input_format!r}: give one of {[*HOSTS]}')
        clip_len = clip_len or num_frames
        if num_frames % clip_len:
            raise ValueError(
                f'clip_len={clip_len} does not divide num_frames={num_frames}'
            )
        self.num_frames = num_frames
        self.input_format = input_format
        self.clip_len = clip_len
        self.output_layout = output_layout
        self.out_channels = out_channels
        self.pretrained = pretrained
        self.in_channels = in_channels
        self.name = str(backbone['type'])
        self.recognizer = self._build(backbone)
        self.projection, self.frames_per_position = nn.Identity(), 1
        positions, width = self._probe(image_size)
        if num_frames % positions:
            raise ValueError(
                f'{self.name} gives {positions} positions in time for {num_frames} '
                'frames, which cannot be divided equally: change num_frames, '
                'clip_len, or its temporal strides'
            )
        self.frames_per_position = num_frames // positions
        if projection:
            self.projection = nn.Linear(width, out_channels)
        elif width != out_channels:
            raise ValueError(
                f'{self.name} gives features of width {width}, but '
                f'out_channels={out_channels}: set projection=True'
            )

    def init_weights(self) -> None:
        """Initialises the backbone by its own method, or from ``pretrained``."""
        if self.pretrained is None:
            super().init_weights()
        else:
            load_backbone(self.recognizer.backbone, self.pretrained)
            self._is_init = True

    def forward(self, frames: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Features of the positions, and the mask of the valid ones.

        Args:
            frames: (N, T, in_channels, H, W).
            mask: Valid frames, (N, T); the valid ones come first.

        Returns:
            (N, P, D) and (N, P).

        Raises:
            ValueError: If T is not ``num_frames``.
        """
        n, t = frames.shape[:2]
        if t != self.num_frames:
            raise ValueError(
                f'InstanceBackbone was built for num_frames={self.num_frames}, but the '
                f'batch has {t} frames a video: give SampleSegments the same num_frames'
            )
        last = mask.sum(1, keepdim=True).clamp(min=1) - 1
        shown = torch.arange(t, device=frames.device).minimum(last)
        frames = frames[torch.arange(n, device=frames.device)[:, None], shown]
        if self.input_format == 'NCTHW':
            frames = frames.unflatten(1, (-1, self.clip_len)).transpose(2, 3)
        output = self.recognizer(frames.contiguous(), stage='backbone')
        features = to_positions(output, n, self.output_layout)
        return self.projection(features), mask[:, :: self.frames_per_position]

    def _build(self, backbone: dict) -> nn.Module:
        try:
            # A copy: mmaction2 takes entries out of what it is given.
            return MODELS.build(
                dict(type=HOSTS[self.input_format], backbone={**backbone})
            )
        except ImportError as error:
            raise ImportError(
                f'backbone.type={self.name!r} cannot be built: {error} '
                f'(the import failed with: {error.__context__})'
            ) from error

    @torch.enable_grad()
    def _probe(self, image_size: int | tuple[int, int]) -> tuple[int, int]:
        """P and the width, found with tensors that have a shape but no content."""
        size = (image_size, image_size) if isinstance(image_size, int) else image_size
        self.eval()  # batch norms cannot train on one picture
        try:
            features, state = self._trace(size, 'meta')
        except NotImplementedError:  # an operator that must compute to know its shape
            features, state = self._trace(size, 'cpu')
        self._freeze_idle(features, state)
        self.train()
        return features.shape[1], features.shape[2]

    def _trace(self, size: tuple[int, int], device: str) -> tuple[Tensor, dict]:
        """The features of one video, and stand-ins for the weights they depend on."""
        state = {
            name: torch.empty_like(tensor, device=device).requires_grad_(
                tensor.requires_grad
            )
            for name, tensor in [*self.named_parameters(), *self.named_buffers()]
        }
        try:
            with torch.device(device):  # also for tensors that the backbone creates
                frames = torch.zeros(1, self.num_frames, self.in_channels, *size)
                mask = torch.ones(1, self.num_frames, dtype=torch.bool)
                return functional_call(self, state, (frames, mask))[0], state
        except NotImplementedError:
            raise  # to try another device
        # A backbone may raise any exception on an input that it was not made for.
        except Exception as error:
            why = why_not(self.name, self.input_format, self.clip_len, size, error)
            raise ValueError(why) from error

    def _freeze_idle(self, features: Tensor, state: dict) -> None:
        trained = {n: p for n, p in self.named_parameters() if p.requires_grad}
        if not trained:
            return
        gradients = torch.autograd.grad(
            features.sum(), [state[name] for name in trained], allow_unused=True
        )
        idle = [n for n, g in zip(trained, gradients, strict=True) if g is None]
        for name in idle:
            trained[name].requires_grad_(False)
        if idle:
            print_log(
                f'{self.name}: frozen, since its features do not depend on them: '
                f'{", ".join(idle)}',
                logger='current',
                level=logging.WARNING,
            )
