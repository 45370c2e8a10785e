"""Transforms for refined captions, which check that text and clip have not changed."""

from pathlib import Path

from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS
from ..caption_files import read_captions
from ..refined_captions import clip_hash, read_refined, text_hash
from ..text_files import DataError

_AGAIN = 'refine it again, or remove its line to continue without it'


@TRANSFORMS.register_module()
class AttachRefinedCaptions(BaseTransform):
    """Adds captions that a command refined, and refuses outdated ones.

    Required key: ``clip``; ``frame_dir`` or ``filename`` where the refiner saw the
    clip. Added key: ``caption``. It replaces ``AttachCaptions``. Each clip is compared
    once in a process; a packed clip is not compared, because its own files are absent.

    Args:
        path: File of :func:`~tgdfer_mm.datasets.refined_captions.refine_captions`.
        source: The captions that were refined, see
            :func:`~tgdfer_mm.datasets.caption_files.read_captions`.
        complete: Whether each clip of `source` must be refined; otherwise the others
            keep their caption.

    Raises:
        FileNotFoundError: If there is no such file.
        DataError: If a file does not have the described form; a refined text belongs to
            another caption or to other pictures; or a clip has none.
    """

    def __init__(self, path: str, source: str, complete: bool = True) -> None:
        self.path, self.source, self.complete = path, source, complete
        self.captions, self.refined = read_captions(source), read_refined(path)
        self._seen: set[str] = set()
        for clip, refined in self.refined.items():
            text = self.captions.get(clip)
            if text is None or text_hash(text) != refined.of_text:
                raise DataError(
                    f'{path}: the text of clip {clip!r} was refined from another '
                    f'caption than the one that {source} has; {_AGAIN}'
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
                f'{self.path}: the text of clip {clip!r} was refined from other '
                f'pictures than those in {place}; {_AGAIN}'
            )
