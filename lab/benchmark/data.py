"""Rows about loading: decoders, pipelines and packed files, all on one core."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.registry import init_default_scope
from torch.utils.data import Dataset

from tgdfer_mm.clips.decoding import DECODERS
from tgdfer_mm.datasets import DFEWDataset
from tgdfer_mm.datasets.tools.pack import write_pack
from tgdfer_mm.registry import DATASETS, MODELS

from .clips import FRAMES, SIZE, make_pictures, make_tree
from .pairs import Results, compare

T = 16
AUGMENTATION = [
    dict(
        type='RandomResizedCrop', area_range=(0.7, 1.0), aspect_ratio_range=(0.9, 1.1)
    ),
    dict(type='Resize', scale=(SIZE, SIZE), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='ColorJitter', brightness=0.3, contrast=0.0, saturation=0.0, hue=0.0),
]
# What mmaction2's configs on raw RGB frames do (its TANet, TRN, TIN and TPN on
# Something-Something V1), without the labels that change with a flip.
SHIPPED = [
    dict(type='Resize', scale=(-1, 256)),
    dict(
        type='MultiScaleCrop',
        input_size=SIZE,
        scales=(1, 0.875, 0.75, 0.66),
        random_crop=False,
        max_wh_scale_gap=1,
        num_fixed_crops=13,
    ),
    dict(type='Resize', scale=(SIZE, SIZE), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
]
FORMAT = dict(type='FormatShape', input_format='NCHW')
NORMAL = dict(mean=[122.8, 116.7, 104.1], std=[68.5, 66.6, 70.3], format_shape='NCHW')


def on_one_core() -> None:
    """Limits this process to one thread."""
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
    init_default_scope('mmaction')


def decoder_rows(results: Results, pairs: int) -> None:
    """Times decoders against cv2 on the same files in memory."""
    on_one_core()
    files = make_pictures(32)
    place = np.empty((SIZE, SIZE, 3), np.uint8)

    def loop(decode: Callable) -> Callable:
        return lambda: [decode(data) for data in files]

    reference = loop(lambda data: DECODERS.get('cv2')(data, place))
    for name, decode in _decoders(place).items():
        try:
            decode(files[0])
        except (ImportError, RuntimeError, OSError) as error:
            reason = f'{type(error).__name__} {error}'.strip().splitlines()[0]
            results.add(f'decode/{name}', 'not measured', dict(reason=reason))
            continue
        figures = compare(
            loop(decode), reference, pairs, units=(len(files), len(files))
        )
        results.add(
            f'decode/{name}',
            f"{name} ÷ cv2, a frame's time",
            figures,
            unit='frame',
            size=SIZE,
            kB=round(float(np.mean([len(f) for f in files])) / 1e3, 1),
        )


def _decoders(place: np.ndarray) -> dict[str, Callable]:
    def torchvision(data: bytes) -> object:
        from torchvision.io import decode_jpeg

        return decode_jpeg(torch.frombuffer(bytearray(data), dtype=torch.uint8))

    def torchcodec(data: bytes) -> object:
        from torchcodec.decoders import decode_image

        return decode_image(data)

    def turbojpeg(data: bytes) -> object:
        import turbojpeg as library

        if not hasattr(turbojpeg, 'handle'):
            turbojpeg.handle = library.TurboJPEG()
        return turbojpeg.handle.decode(data, pixel_format=library.TJPF_RGB)

    def simplejpeg(data: bytes) -> object:
        return DECODERS.get('simplejpeg')(data, place)

    return dict(
        simplejpeg=simplejpeg,
        turbojpeg=turbojpeg,
        torchvision=torchvision,
        torchcodec=torchcodec,
    )


def stock_dataset(root: Path, spatial: Sequence[dict]) -> Dataset:
    """Data set of raw frames and transforms of mmaction2 on the same files."""
    pipeline = [
        dict(type='SampleFrames', clip_len=1, frame_interval=1, num_clips=T),
        dict(type='RawFrameDecode'),
        *spatial,
        FORMAT,
        dict(type='PackActionInputs'),
    ]
    return DATASETS.build(
        dict(
            type='RawframeDataset',
            ann_file=str(root / 'mmaction2.txt'),
            data_prefix=dict(img=str(root)),
            filename_tmpl='img_{:05}.jpg',
            pipeline=[dict(each) for each in pipeline],
        )
    )


def own_dataset(root: Path, spatial: Sequence[dict] = (), **kwargs) -> DFEWDataset:
    """Our data set and transforms on the same files."""
    pipeline = [
        dict(type='ListFrames'),
        dict(type='SampleSegments', num_frames=T),
        dict(type='DecodeFrames'),
        *spatial,
        FORMAT,
        dict(type='PackDFERInputs'),
    ]
    pipeline = [dict(each) for each in pipeline]
    # The list of a small folder may lack a label.
    return DFEWDataset(str(root), 'train', pipeline=pipeline, label_base=1, **kwargs)


def load_clips(dataset: Dataset, clips: int, preprocessor=None) -> Callable:
    """Loads the first clips of a data set, and preprocesses them if asked."""

    def step() -> None:
        samples = [dataset[i] for i in range(clips)]
        if preprocessor is not None:
            batch = {k: [s[k] for s in samples] for k in samples[0]}
            preprocessor(batch, training=True)

    return step


def loader_rows(results: Results, pairs: int, folder: Path, clips: int = 8) -> None:
    """Times our loader against mmaction2's on one core, with cached files.

    Args:
        results: File of the rows.
        pairs: Number of pairs of each row.
        folder: Folder for the clips.
        clips: Clips loaded in each call.
    """
    on_one_core()
    root = make_tree(folder / 'clips')
    device = MODELS.build(
        dict(type='ClipAugmentPreprocessor', train=AUGMENTATION, **NORMAL)
    )
    stock = MODELS.build(dict(type='ActionDataPreprocessor', **NORMAL))
    frames = clips * T

    own, augmented = own_dataset(root), stock_dataset(root, AUGMENTATION)
    rows = {
        'training': (
            'loading a training clip (ours: augmented on the device) ÷ stock',
            (load_clips(own, clips), load_clips(augmented, clips)),
            0.5,
        ),
        'training beside stock as shipped': (
            "loading a training clip ÷ mmaction2's raw-frame pipeline as it ships it",
            (load_clips(own, clips), load_clips(stock_dataset(root, SHIPPED), clips)),
            None,
        ),
        'decoding only': (
            'loading without augmentation ÷ stock without augmentation',
            (load_clips(own, clips), load_clips(stock_dataset(root, []), clips)),
            None,
        ),
        'training, all on this core': (
            'loading, augmenting and normalising on one core ÷ stock',
            (load_clips(own, clips, device), load_clips(augmented, clips, stock)),
            None,
        ),
    }
    for name, (what, steps, target) in rows.items():
        figures = compare(*steps, pairs, units=(frames, frames))
        results.add(
            f'loader/{name}', what, figures, target, 'frame', frames=T, size=SIZE
        )


def packed_rows(results: Results, pairs: int, folder: Path, clips: int = 8) -> None:
    """Times packed files against the folders that they were made from, and mmaction2,
    on one core.
    """
    on_one_core()
    root = make_tree(folder / 'clips')
    folders = own_dataset(root)
    stock = load_clips(stock_dataset(root, AUGMENTATION), clips)
    frames = clips * T

    for kind in ('encoded', 'raw'):
        path = folder / f'{kind}.pack'
        if not path.exists():
            write_pack(folders, path, raw=kind == 'raw')
        packed = own_dataset(root, media_dir=str(path))
        about = dict(
            megabytes=round(path.stat().st_size / 1e6),
            clips=len(folders),
            frames=FRAMES,
        )
        rows = {
            kind: ('from folders', load_clips(folders, clips), 1.0),
            f'{kind} beside stock': ('stock, augmented', stock, None),
        }
        for name, (what, other, target) in rows.items():
            figures = compare(
                load_clips(packed, clips), other, pairs, units=(frames, frames)
            )
            what = f'loading from a packed file ({kind}) ÷ {what}'
            results.add(f'packed/{name}', what, figures, target, 'frame', **about)
