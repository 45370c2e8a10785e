"""Transforms for clips that are folders of pictures, one file per frame."""

from mmcv.transforms import BaseTransform

from ...clips.decoding import decode_clip, find_decoder, read_file
from ...clips.frame_names import frame_paths
from ...clips.pack import RAW, open_pack
from ...registry import TRANSFORMS
from .outside_input import is_opened, name_clip, name_frames
from .videos import DecodeVideo, OpenVideo


@TRANSFORMS.register_module()
class ListFrames(BaseTransform):
    """Lists a clip's frame files in the order of their numbers.

    Hidden files (such as ``._*`` of macOS) and files that are not pictures do not
    count. The folder is listed only if its names are not known already. A clip that is
    a video file is opened, as by
    :class:`~tgdfer_mm.datasets.transforms.videos.OpenVideo`, because mmaction2's
    inference gives videos to any pipeline.

    Required keys: ``clip`` and ``frame_dir``, or the keys of mmaction2's inference, see
    :mod:`~tgdfer_mm.datasets.transforms.outside_input`. Optional keys: ``frame_names``,
    the clip's frames in order, from the data set's index. Added keys: ``frame_files``
    (paths) and ``total_frames``.

    Raises:
        DamagedClipError: If the folder is missing or holds no frame.
    """

    def transform(self, results: dict) -> dict:
        name_clip(results)
        if is_opened(results):
            return results
        if 'frame_dir' not in results:
            return OpenVideo().transform(results)
        folder = results['frame_dir']
        names = results.pop('frame_names', None)
        if 'packed' in results:
            path, name = results['packed']
            open_pack(path).check(name)
        results['frame_files'] = frame_paths(results['clip'], folder, names)
        results['total_frames'] = len(results['frame_files'])
        if 'filename_tmpl' in results:
            name_frames(results, results['frame_files'])
        return results


@TRANSFORMS.register_module()
class DecodeFrames(BaseTransform):
    """Reads the sampled frames of a clip, from files or an opened video.

    Required keys: ``clip``, ``frame_files``, ``frame_inds``. Optional keys: ``packed``,
    a packed file and the clip's name in it. Added keys: ``imgs``, (T, H, W, 3) RGB
    uint8, ``img_shape`` and ``original_shape`` (H, W).

    Args:
        decoder: Name of the decoder of JPEG files, see
            :func:`~tgdfer_mm.clips.decoding.find_decoder`.

    Raises:
        DamagedClipError: If a frame cannot be read, is cut off, or has another size
            than the first.
    """

    def __init__(self, decoder: str = 'auto') -> None:
        self.decoder = decoder
        self._decode = find_decoder(decoder)

    def transform(self, results: dict) -> dict:
        if 'video_reader' in results:
            return DecodeVideo().transform(results)
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
    """Gives the numbers of a packed clip's sampled frames instead of pixels.

    For :class:`~tgdfer_mm.models.data_preprocessors.ResidentFrames`, which has all
    frames on the device. Required keys: ``packed``, ``frame_inds``. Added key:
    ``imgs``, (T,) int64, numbers of the frames in the packed file.

    Raises:
        ValueError: If the clip is not from a packed file.
        DamagedClipError: If it could not be decoded when it was packed.
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
