"""Clips that are folders of pictures, one file per frame."""

import os

import numpy as np
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS
from ..errors import DamagedClipError
from ..frame_names import is_frame, natural_sorted
from ..packed.reader import RAW, open_pack
from ..pictures import decode_clip, decode_picture, find_decoder


@TRANSFORMS.register_module()
class ListFrames(BaseTransform):
    """Lists a clip's frame files in the order of their numbers.

    Hidden files (macOS leaves ``._*`` files behind) and files that are no pictures
    are not frames. The folder is listed only if its names are not known already.

    Required keys: ``clip``, ``frame_dir``. Optional keys: ``frame_names``, the
    clip's frames in order, from the data set's index. Added keys: ``frame_files``
    (paths) and ``total_frames``.

    Raises:
        DamagedClipError: The folder is missing or holds no frame.
    """

    def transform(self, results: dict) -> dict:
        folder = results['frame_dir']
        frames = results.pop('frame_names', None)
        if 'packed' in results:
            path, name = results['packed']
            open_pack(path).check(name)
        elif frames is None:
            try:
                names = os.listdir(folder)
            except OSError as err:
                raise DamagedClipError(
                    results['clip'], f'cannot list {folder} ({err.strerror})'
                ) from err
            frames = natural_sorted(filter(is_frame, names))
        if not frames:
            raise DamagedClipError(results['clip'], f'{folder} holds no frame')
        prefix = os.path.join(folder, '')  # a tenth of the time of a join each
        results['frame_files'] = [prefix + name for name in frames]
        results['total_frames'] = len(frames)
        return results


def read_file(clip: str, path: str) -> bytes:
    """Reads a file of a clip.

    Raises:
        DamagedClipError: It cannot be read.
    """
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError as err:
        raise DamagedClipError(clip, f'cannot read {path} ({err.strerror})') from err


def read_picture(clip: str, path: str) -> np.ndarray:
    """Reads one picture.

    Args:
        clip: Name of the clip, for the error.
        path: File of the picture.

    Returns:
        (H, W, 3) RGB, uint8.

    Raises:
        DamagedClipError: The file cannot be read, is empty or cut off, or is no
            picture.
    """
    try:
        return decode_picture(read_file(clip, path))
    except ValueError as err:
        raise DamagedClipError(clip, f'{path} {err}') from err


@TRANSFORMS.register_module()
class DecodeFrames(BaseTransform):
    """Reads the sampled frames of a listed clip.

    Required keys: ``clip``, ``frame_files``, ``frame_inds``. Optional keys: ``packed``,
    a packed file and the clip's name in it. Added keys: ``imgs``, (T, H, W, 3) RGB
    uint8, ``img_shape`` and ``original_shape`` (H, W).

    Args:
        decoder: What decodes JPEG files, see
            :func:`~tgdfer_mm.datasets.pictures.find_decoder`.

    Raises:
        DamagedClipError: A frame cannot be read, is cut off, or has another size
            than the first.
    """

    def __init__(self, decoder: str = 'auto') -> None:
        self.decoder = decoder
        self._decode = find_decoder(decoder)

    def transform(self, results: dict) -> dict:
        clip, files = results['clip'], results['frame_files']
        inds = results['frame_inds'].tolist()
        path, name = results.pop('packed', (None, None))
        pack = open_pack(path) if path else None
        if pack and pack.kind == RAW:
            results['imgs'] = pack.pixels(name, inds)
        else:
            results['imgs'] = decode_clip(
                clip,
                inds,
                lambda i: pack.read(name, i) if pack else read_file(clip, files[i]),
                lambda i: files[i],
                self._decode,
            )
        results['img_shape'] = results['original_shape'] = results['imgs'].shape[1:3]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(decoder={self.decoder!r})'


@TRANSFORMS.register_module()
class ReferFrames(BaseTransform):
    """Names the sampled frames of a packed clip instead of reading them.

    For :class:`~tgdfer_mm.models.data_preprocessors.ResidentFrames`, which has all
    frames on the device. Required keys: ``packed``, ``frame_inds``. Added key:
    ``imgs``, (T,) int64, numbers of the frames in the packed file.

    Raises:
        ValueError: The clip comes from no packed file.
        DamagedClipError: It could not be decoded when it was packed.
    """

    def transform(self, results: dict) -> dict:
        if 'packed' not in results:
            raise ValueError(
                f'clip {results["clip"]} is not packed: ReferFrames needs a media_dir '
                'that `tgdfer data pack --raw` has made.'
            )
        path, name = results.pop('packed')
        results['imgs'] = open_pack(path).rows(name, results['frame_inds'])
        return results
