"""The caption of each clip, for training on captions or to be told with a clip."""

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
        FileNotFoundError: If there is no such file.
        ValueError: If the file is not as described, or lacks a clip.
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


@TRANSFORMS.register_module()
class TellCaption(BaseTransform):
    """Tells the caption of a clip with it, for a model that reads descriptions.

    A model with ``OpenCLIPDescriptions`` and ``DescriptionFusionNeck`` then reads it,
    in testing as in training: the caption must not name the clip's class. That of a
    voice (projects/vowelprompt) is one.

    Required key: ``caption``. Changed key: ``descriptions``; the caption is put behind
    each of them, and is the only one where there are none, as without
    ``AttachMovements`` before.
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
