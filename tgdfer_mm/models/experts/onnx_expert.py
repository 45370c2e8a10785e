"""An ONNX file as a classifier of single faces."""

from hashlib import sha256 as hash_of
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...registry import MODELS
from ...video.errors import InputError, UsageError
from ...video.optional_packages import need
from ..vision_language.open_clip_models import resolve
from .frame_expert import FrameExpert


@MODELS.register_module()
class OnnxExpert(FrameExpert):
    """An ONNX file as a classifier of single faces, run on the CPU [choice].

    It runs in onnxruntime and is never trained. The file takes one float32 tensor of
    pictures, (N, C, H, W) or (N, H, W, C); N may be fixed to 1. A checkpoint contains
    the file's hash and refuses another file.

    Args:
        file: ``*.onnx``; ``models://`` stands for the folder of the fetched models.
        sha256: The expected SHA-256 of the file, hexadecimal; by default any.
        output: Name of the output to read, if there are several.
        **kwargs: As for :class:`FrameExpert`; ``size`` is read from the file if the
            file fixes it.

    Raises:
        MissingPackage: If onnxruntime is not installed.
        InputError: If the file is absent, damaged, has another hash, or takes another
            input.
        UsageError: If the arguments do not fit the file.
    """

    def __init__(
        self,
        file: str,
        sha256: str | None = None,
        output: str | None = None,
        **kwargs,
    ) -> None:
        path = Path(resolve(str(file))).expanduser()
        if not path.is_file():
            raise InputError(f'{path}: there is no such ONNX file')
        content = path.read_bytes()
        digest = hash_of(content)
        if sha256 is not None and digest.hexdigest() != sha256.lower():
            raise InputError(
                f'{path} is not the file that the config means: its SHA-256 is '
                f'{digest.hexdigest()}, not {sha256}. Fetch it again, or change '
                'OnnxExpert.sha256 if you mean another file'
            )
        session = _load(path, content)
        kwargs.update(frozen=True, pretrained=None)
        super().__init__(out_channels=0, **kwargs)
        self._session, self.file = (session,), path
        self.register_buffer('sha256', torch.tensor(list(digest.digest())).byte())
        self._input, self._channels_last = self._read_input(session)
        self._output = _choose_output(session, output, path)
        self.out_channels = self._probe()
        self.freeze()

    @property
    def weights_path(self) -> Path:
        """The file."""
        return self.file

    def run(self, pictures: Tensor) -> Tensor:
        """(B, C, size, size), prepared, to (B, out_channels)."""
        array = pictures.detach().cpu().numpy().astype(np.float32)
        if self._channels_last:
            array = array.transpose(0, 2, 3, 1)
        array = np.ascontiguousarray(array)
        single = isinstance(self._input.shape[0], int)
        batches = np.split(array, len(array)) if single else [array]
        [session] = self._session
        try:
            rows = [
                session.run([self._output], {self._input.name: batch})[0]
                for batch in batches
            ]
        # onnxruntime's errors have no common base of their own.
        except Exception as err:
            raise InputError(f'{self.file}: onnxruntime cannot run it ({err})') from err
        given = torch.from_numpy(np.concatenate(rows)).float()
        return given.to(pictures.device)

    def _read_input(self, session):
        """The input of the file, and true if its channels come last."""
        inputs = session.get_inputs()
        shown = ', '.join(f'{i.name} {i.type} {i.shape}' for i in inputs)
        wanted = 'one float32 tensor of pictures (N, C, H, W)'
        if len(inputs) != 1 or len(inputs[0].shape) != 4:
            raise InputError(f'{self.file} takes {shown}; an expert takes {wanted}')
        batch, *rest = inputs[0].shape
        last = rest[2] in (1, 3) and rest[0] not in (1, 3)
        channels, height, width = (rest[2], *rest[:2]) if last else rest
        if inputs[0].type != 'tensor(float)' or batch not in (None, 1, str(batch)):
            raise InputError(f'{self.file} takes {shown}; an expert takes {wanted}')
        if isinstance(channels, int) and channels != self.channels:
            raise UsageError(
                f'{self.file} takes pictures of {channels} channels, but '
                f'OnnxExpert.color={self.color!r} has {self.channels}'
            )
        sides = {side for side in (height, width) if isinstance(side, int)}
        if len(sides) > 1 or (self.size and sides - {self.size}):
            raise UsageError(
                f'{self.file} takes pictures of {height} x {width} pixels, but '
                f'OnnxExpert.size is {self.size}: set that size; only square pictures '
                'are possible'
            )
        if not sides and self.size is None:
            raise UsageError(
                f'{self.file} takes pictures of any size: state OnnxExpert.size'
            )
        self.size = self.size or sides.pop()
        return inputs[0], last

    def _probe(self) -> int:
        """The number of values that the file gives for a picture."""
        blank = torch.zeros(1, self.channels, self.size, self.size)
        given = self.run(blank)
        if given.dim() != 2:
            raise InputError(
                f'{self.file}: its output {self._output} is {tuple(given.shape)} for a '
                'picture, but an expert needs one row of scores: name another output '
                'with OnnxExpert.output'
            )
        return given.shape[1]

    def _load_from_state_dict(self, state, prefix, *args) -> None:
        kept, errors = state.get(f'{prefix}sha256'), args[-1]
        if kept is not None and not torch.equal(kept.cpu(), self.sha256.cpu()):
            errors.append(
                f'the checkpoint was made with another ONNX file than {self.file}: set '
                'OnnxExpert.file to that one'
            )
        super()._load_from_state_dict(state, prefix, *args)


def _load(path: Path, content: bytes):
    runtime = need('onnxruntime')
    options = runtime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3
    try:
        return runtime.InferenceSession(
            content, options, providers=['CPUExecutionProvider']
        )
    # onnxruntime's errors have no common base of their own.
    except Exception as err:
        raise InputError(f'{path}: onnxruntime cannot load it ({err})') from err


def _choose_output(session, name: str | None, path: Path) -> str:
    names = [each.name for each in session.get_outputs()]
    if name is None and len(names) == 1:
        return names[0]
    if name not in names:
        raise UsageError(
            f'{path} has the outputs {", ".join(names)}: OnnxExpert.output={name!r} '
            'has to be one of them'
        )
    return name
