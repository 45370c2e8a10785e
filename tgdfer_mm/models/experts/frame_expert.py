"""The base of classifiers of single faces, used as towers."""

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor

from ...video.errors import UsageError
from ..vision_language.open_clip_models import resolve

COLORS = ('rgb', 'bgr', 'grey')
GIVES = ('logits', 'probabilities', 'features')
TOGETHER = 64  # pictures that go through the network at once
_GREY = (0.299, 0.587, 0.114)  # weights of red, green and blue, as in OpenCV


class FrameExpert(BaseModule):
    """Base class: a classifier of single faces as a tower [choice].

    It takes pictures (B, 3, H, W), RGB, 0 to 255, and gives (B, ``out_channels``): the
    logits of its classes, or features that a head is trained on. It is the ``backbone``
    of a recognizer whose ``data_preprocessor`` does not change the pixels (mean 0, std
    1): the arguments here say how the network wants its input.

    A new expert overrides :meth:`run`, and sets ``out_channels``.

    Args:
        out_channels: Number of scores, or width of the features.
        gives: Kind of output: ``logits``; ``probabilities``, whose logarithms are then
            the logits; or ``features``.
        color: ``rgb``, ``bgr`` or ``grey`` (one channel).
        mean: Subtracted from the pixels (0 to 255): one number, or one for each
            channel.
        std: The divisor after that. For a network that takes -1 to 1, mean and std are
            127.5.
        size: Height and width of the network's input, in pixels; None for any. Pictures
            of another size are scaled.
        pretrained: File of the weights, ``*.safetensors`` or a ``.pth`` of plain data;
            ``models://`` stands for the folder of the fetched models. It is loaded by
            ``init_weights`` and not before.
        frozen: Whether the network is frozen.

    Raises:
        UsageError: If an argument has a wrong value; the message names it.
    """

    def __init__(
        self,
        out_channels: int,
        gives: str = 'logits',
        color: str = 'rgb',
        mean: float | Sequence[float] = 0.0,
        std: float | Sequence[float] = 1.0,
        size: int | None = None,
        pretrained: str | None = None,
        frozen: bool = True,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        for key, value, known in (('color', color, COLORS), ('gives', gives, GIVES)):
            if value not in known:
                raise UsageError(f'{name}.{key}={value!r}: give one of {known}')
        self.out_channels, self.gives, self.color = out_channels, gives, color
        self.size, self.pretrained, self.frozen = size, pretrained, frozen
        for key, value in (('mean', mean), ('std', std)):
            numbers = torch.as_tensor(value, dtype=torch.float32).reshape(-1)
            if len(numbers) not in (1, self.channels):
                raise UsageError(
                    f'{name}.{key} has {len(numbers)} numbers, but color={color!r} has '
                    f'{self.channels} channels: give one number, or one a channel'
                )
            if key == 'std' and not (numbers > 0).all():
                raise UsageError(f'{name}.std={value} must be above 0')
            buffer = numbers.view(-1, 1, 1)
            self.register_buffer(f'pixel_{key}', buffer, persistent=False)

    @property
    def channels(self) -> int:
        """Channels of the network's input."""
        return 1 if self.color == 'grey' else 3

    @property
    def weights_path(self) -> Path | None:
        """The file of the weights, if there is one."""
        if self.pretrained is None:
            return None
        return Path(resolve(str(self.pretrained))).expanduser()

    def run(self, pictures: Tensor) -> Tensor:
        """Runs the network: prepared (B, C, size, size) -> (B, out_channels)."""
        raise NotImplementedError

    def prepare(self, pictures: Tensor) -> Tensor:
        """Prepares pictures (B, 3, H, W), RGB 0 to 255, for the network."""
        x = pictures.float()
        if self.color == 'grey':
            weights = torch.tensor(_GREY, device=x.device).view(3, 1, 1)
            x = (x * weights).sum(1, keepdim=True)
        elif self.color == 'bgr':
            x = x.flip(1)
        if self.size is not None and x.shape[-2:] != (self.size, self.size):
            size = (self.size, self.size)
            x = F.interpolate(x, size, mode='bilinear', antialias=True)
        return (x - self.pixel_mean) / self.pixel_std

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W), RGB 0 to 255 -> (B, out_channels).

        Raises:
            UsageError: If the output has another shape, or should be probabilities and
                is not.
        """
        whole = torch.compiler.is_exporting() or torch.is_grad_enabled()
        parts = [pictures] if whole else pictures.split(TOGETHER)
        return torch.cat([self._judge(part) for part in parts])

    def _judge(self, pictures: Tensor) -> Tensor:
        given = self.run(self.prepare(pictures))
        name = type(self).__name__
        if given.dim() != 2 or given.shape[1] != self.out_channels:
            raise UsageError(
                f'{name} gave {tuple(given.shape)} for {len(pictures)} pictures, but a '
                f'row of {self.out_channels} numbers is needed for each of them: '
                'correct out_channels or the network'
            )
        if self.gives != 'probabilities':
            return given
        if not torch.compiler.is_exporting() and not is_distribution(given):
            raise UsageError(
                f"{name} has gives='probabilities', but its scores are not between 0 "
                "and 1 with a sum of 1: set gives='logits'"
            )
        return given.clamp(min=1e-6).log()

    def train(self, mode: bool = True) -> 'FrameExpert':
        """Sets the mode; a frozen network stays in evaluation mode."""
        return super().train(mode and not self.frozen)

    def freeze(self) -> None:
        """Freezes the network if ``frozen`` is set; for the end of a constructor."""
        if self.frozen:
            self.requires_grad_(False)
            self.eval()


def is_distribution(scores: Tensor) -> bool:
    """Tells whether rows of scores are between 0 and 1 and sum to 1."""
    inside = (scores >= -1e-4).all() and (scores <= 1 + 1e-4).all()
    return bool(inside and ((scores.sum(-1) - 1).abs() < 1e-2).all())
