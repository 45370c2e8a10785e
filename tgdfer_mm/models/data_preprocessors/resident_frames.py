"""All frames of a data set on the device."""

import torch
from torch import Tensor

from ...clips.pack import PackError, open_pack
from ...registry import MODELS
from .clip_augment import ClipAugmentPreprocessor

_CHUNK = 1024  # frames copied at a time


@MODELS.register_module()
class ResidentFrames(ClipAugmentPreprocessor):
    """A data preprocessor that holds all frames on the device, as uint8 [choice].

    The loader then only draws the numbers of frames, see
    :class:`~tgdfer_mm.datasets.transforms.ReferFrames`. DFEW's 16-frame version at 224
    pixels is 28 GB. The frames are not in the model's state dict.

    Args:
        pack: A raw packed file, all of whose pictures have the same size.
        **kwargs: See :class:`ClipAugmentPreprocessor`.

    Raises:
        PackError: If it is not such a file.
    """

    def __init__(self, pack: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.pack = pack
        self._pixels = open_pack(pack).all_pixels()
        self._frames: Tensor | None = None
        self._frames_for: torch.device | None = None

    @property
    def frames(self) -> Tensor:
        """All frames (F, H, W, 3), loaded when they are first needed.

        Raises:
            PackError: If the device has too little memory for them, or a frame is
                damaged.
        """
        # Not the tensor's own device: after a request for `cuda` that is `cuda:0`.
        if self._frames is None or self._frames_for != self.device:
            self._frames = None  # there may be no memory for both
            self._frames, self._frames_for = self._load(), self.device
        return self._frames

    def preprocess(
        self, inputs: list[Tensor], data_samples: list, training: bool = False
    ) -> tuple[Tensor, list]:
        """Turns the frame numbers (T,) of each clip into a batch (N, T, 3, H', W')."""
        clips = self.frames[torch.stack(inputs)].movedim(-1, -3)
        return super().preprocess([*clips], data_samples, training)

    def _load(self) -> Tensor:
        device = torch.device(self.device)
        if device.type == 'cuda':
            free, _ = torch.cuda.mem_get_info(device)
            if free < self._pixels.nbytes:
                raise PackError(
                    f'{self.pack} has {self._pixels.nbytes / 2**30:.1f} GiB of frames, '
                    f'{device} has {free / 2**30:.1f} GiB left; train without '
                    '--resident.'
                )
        frames = torch.empty(self._pixels.shape, dtype=torch.uint8, device=device)
        for start in range(0, len(frames), _CHUNK):
            open_pack(self.pack).check_frames(start, min(start + _CHUNK, len(frames)))
            part = torch.tensor(self._pixels[start : start + _CHUNK])
            frames[start : start + _CHUNK].copy_(part)
        return frames
