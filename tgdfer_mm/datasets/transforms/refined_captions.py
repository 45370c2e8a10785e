"""The refined caption of each clip, if it still is one of that text and clip."""

from pathlib import Path

from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS
from ..caption_files import read_captions
from ..refined_captions import clip_hash, read_refined, text_hash
from ..text_files import DataError

_AGAIN = 'refine it again, or remove its line to go on without'


@TRANSFORMS.register_module()
class AttachRefinedCaptions(BaseTransform):
    """Attaches captions that a command refined, and refuses those of something else.

    Required key: ``clip``; ``frame_dir`` or ``filename`` where the refiner saw the
    clip. Added key: ``caption``. It takes the place of ``AttachCaptions``. Each clip
    is compared once in a process; a packed clip, whose own files are not there, is
    taken as it is.

    Args:
        path: File of :func:`~tgdfer_mm.datasets.refined_captions.refine_captions`.
        source: The captions that were refined, see
            :func:`~tgdfer_mm.datasets.caption_files.read_captions`.
        complete: Whether each clip of `source` has to be refined; otherwise the
            others keep the caption that they have.

    Raises:
        FileNotFoundError: If there is no such file.
        DataError: If a file is not as described; a refined text is of another caption
            or of other pictures; or a clip has none.
    """

    def __init__(self, path: str, source: str, complete: bool = True) -> None:
        self.path, self.source, self.complete = path, source, complete
        self.captions, self.refined = read_captions(source), read_refined(path)
        self._seen: set[str] = set()
        for clip, refined in self.refined.items():
            text = self.captions.get(clip)
            if text is None or text_hash(text) != refined.of_text:
                raise DataError(
                    f'{path}: the text of clip {clip!r} was refined of another caption '
                    f'than {source} has; {_AGAIN}'
                )

    def transform(self, results: dict) -> dict:
        clip = results['clip']
        refined = self.refined.get(clip)
        if refined is None and (self.complete or clip not in self.captions):
            raise DataError(
                f'{self.path} has no text of clip {clip!r}; refine it, or set '
                'complete=False for clips that keep the caption of the source'
            )
        if refined is not None and refined.of_clip and clip not in self._seen:
            self._check_clip(clip, results.get('frame_dir', results.get('filename')))
            self._seen.add(clip)
        results['caption'] = refined.caption if refined else self.captions[clip]
        return results

    def _check_clip(self, clip: str, place: str | None) -> None:
        if place is None or not Path(place).exists():
            return
        if clip_hash(place) != self.refined[clip].of_clip:
            raise DataError(
                f'{self.path}: the text of clip {clip!r} was refined of other pictures '
                f'than those in {place}; {_AGAIN}'
            )
