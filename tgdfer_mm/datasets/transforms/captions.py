"""Transforms for captions, for training on captions or as descriptions."""

from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS
from ..caption_files import read_captions


@TRANSFORMS.register_module()
class AttachCaptions(BaseTransform):
    """Adds the caption of each clip from a file.

    Required key: ``clip``. Added key: ``caption``, an empty text if the file lacks the
    clip and `complete` is false. Put it between ``SampleSegments`` and
    ``PackDFERInputs``; ``MAFWDataset(captions=True)`` reads the authors' own captions
    and needs no transform.

    Args:
        path: See :func:`~tgdfer_mm.datasets.caption_files.read_captions`.
        complete: Whether the file must have every clip.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file does not have the described form, or lacks a clip.
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
                'add it, or set complete=False'
            )
        results['caption'] = self.captions.get(clip, '')
        return results


@TRANSFORMS.register_module()
class TellCaption(BaseTransform):
    """Adds the caption of a clip to its descriptions.

    A model with ``OpenCLIPDescriptions`` and ``DescriptionFusionNeck`` reads it in
    training and in testing, so the caption must not name the clip's class. Descriptions
    of voices (projects/vowelprompt) can be used.

    Required key: ``caption``. Changed key: ``descriptions``; the caption is appended to
    each of them. Without descriptions, for example without ``AttachMovements`` before,
    it is the only one.
    """

    def transform(self, results: dict) -> dict:
        caption = results['caption']
        found = results.get('descriptions') or ['']
        results['descriptions'] = [
            ', '.join(filter(None, (text, caption))) for text in found
        ]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'
