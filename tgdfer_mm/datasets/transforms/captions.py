"""The caption of each clip, for training on captions."""

from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS
from ..caption_files import read_captions


@TRANSFORMS.register_module()
class AttachCaptions(BaseTransform):
    """Attaches the caption of each clip out of a file.

    Required key: ``clip``. Added key: ``caption``, an empty text for a clip that the
    file lacks, if that is allowed. Put it between ``SampleSegments`` and
    ``PackDFERInputs``; ``MAFWDataset(captions=True)`` reads the authors' own captions
    and needs no transform.

    Args:
        path: See :func:`~tgdfer_mm.datasets.caption_files.read_captions`.
        complete: Whether the file has to have every clip.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is not as described, or lacks a clip.
    """

    def __init__(self, path: str, complete: bool = True) -> None:
        self.path = path
        self.complete = complete
        self.captions = read_captions(path)

    def transform(self, results: dict) -> dict:
        clip = results['clip']
        if self.complete and clip not in self.captions:
            raise ValueError(
                f'{self.path} has no caption of clip {clip!r}, only of '
                f'{len(self.captions)} others such as {next(iter(self.captions))!r}; '
                'if that is meant, set complete=False'
            )
        results['caption'] = self.captions.get(clip, '')
        return results
