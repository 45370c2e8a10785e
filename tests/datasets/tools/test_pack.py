"""A packed file gives what the folders give, and never half of it."""

import json
import os
import pickle
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from torch.utils.data import DataLoader

from tgdfer_mm.clips.pack import FOOTER, MAGIC, SCHEMA, Pack, PackError
from tgdfer_mm.datasets import DFEWDataset, FERV39kDataset
from tgdfer_mm.datasets.tools import pack as writer
from tgdfer_mm.datasets.tools.pack import verify_pack, write_pack
from tgdfer_mm.locks import BusyError, lock_file
from tgdfer_mm.recipe.on_device import hold_frames_on_device
from tgdfer_mm.recipe.pack import use_pack
from tgdfer_mm.registry import MODELS

BOTH = pytest.mark.parametrize('raw', [False, True])


@pytest.fixture
def build(dfew, make_pipeline):
    def make(**kwargs):
        kwargs = dict(pipeline=make_pipeline(), **kwargs)
        return DFEWDataset(str(dfew), 'test', **kwargs)

    return make


@BOTH
def test_samples_are_those_of_the_folders(build, dfew, tmp_path, raw):
    frame = dfew / 'Clip/clip_224x224/00003/00003_00003.jpg'
    frame.write_bytes(frame.read_bytes()[:-3])
    folders = build()
    path = write_pack(folders, tmp_path / 'x.pack', raw)
    verify_pack(path, folders.clips.index)
    packed = pickle.loads(pickle.dumps(build(media_dir=str(path))))
    assert path.stat().st_size > 100 * len(pickle.dumps(packed.clips.index))
    assert len(packed) == len(folders) == 8
    for ours, theirs in zip(packed, folders, strict=True):
        np.testing.assert_array_equal(ours['inputs'], theirs['inputs'])
        ours, theirs = ours['data_samples'], theirs['data_samples']
        assert ours.gt_label == theirs.gt_label
        assert (ours.get('damaged') is None) == (theirs.get('damaged') is None)
        assert (ours.frame_inds == theirs.frame_inds).all()
    damaged = packed[2]['data_samples'].damaged
    assert '00003_00003.jpg' in damaged and 'cut off' in damaged


@pytest.mark.parametrize('kind', ['folders', 'encoded', 'raw'])
def test_a_loader_s_processes_use_memory_again_and_mix_nothing(build, tmp_path, kind):
    unchanged = make_plain(build())
    data = build()
    if kind != 'folders':
        path = write_pack(data, tmp_path / 'x.pack', raw=kind == 'raw')
        data = build(media_dir=str(path))
    data = make_plain(data)
    loader = DataLoader(data, 2, num_workers=1, collate_fn=list)
    batches = [batch for _ in range(3) for batch in loader]  # all of them live
    found = [sample['inputs'] for batch in batches for sample in batch]
    assert len(found) == 24
    for i, pixels in enumerate(found):
        assert torch.equal(pixels, unchanged[i % 8]['inputs'])


def make_plain(data: DFEWDataset) -> DFEWDataset:
    """The data set without a transform that copies what was decoded."""
    kept = [t for t in data.pipeline.transforms if type(t).__name__ != 'Resize']
    data.pipeline.transforms = kept
    return data


def test_nested_clips_and_all_clips_of_the_folder_are_packed(ferv39k, tmp_path):
    split = ferv39k / '4_setups/All_scenes/test_All.csv'
    split.write_text(split.read_text().splitlines()[0] + '\n')
    data = FERV39kDataset(str(ferv39k), 'test')
    assert len(data) == 1
    pack = Pack(write_pack(data, tmp_path / 'x.pack'))
    assert len(pack.clips) == 14 and 'War/Fear/0000' in pack
    assert pack.frames('War/Fear/0000') == data.clips.index.frames('War/Fear/0000')
    file = data.media_dir / 'War/Fear/0000/03.jpg'
    assert pack.read('War/Fear/0000', 3) == file.read_bytes()
    with pytest.raises(IndexError):
        pack.read('War/Fear/0000', 6)


def killed_at(clip, monkeypatch):
    def dump(value):
        if value.get('clip') == clip:
            raise KeyboardInterrupt
        return json.dumps(value)

    monkeypatch.setattr(
        writer, 'json', type('J', (), dict(dumps=dump, loads=json.loads))
    )


@BOTH
@pytest.mark.parametrize('torn', [0, 7])
def test_it_goes_on_where_it_was_killed(build, tmp_path, monkeypatch, raw, torn):
    whole = write_pack(build(), tmp_path / 'whole.pack', raw).read_bytes()
    path = tmp_path / 'x.pack'
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        killed_at('00005', patch)
        write_pack(build(), path, raw)
    part, journal = tmp_path / 'x.pack.part', tmp_path / 'x.pack.journal'
    assert not path.exists()
    assert len(journal.read_text().splitlines()) == 1 + 4
    if torn:  # the disk has less than the journal says, which ends in half a line
        content = part.read_bytes()
        fifth = sum(json.loads(journal.read_text().splitlines()[-1])['sizes'])
        part.write_bytes(content[: len(content) - fifth - torn])
        journal.write_text(journal.read_text() + '{"clip": "000')
    write_pack(build(), path, raw)
    assert path.read_bytes() == whole
    assert not part.exists() and not journal.exists()


def test_from_a_damaged_line_of_the_journal_on_clips_are_packed_anew(
    build, tmp_path, monkeypatch
):
    whole = write_pack(build(), tmp_path / 'whole.pack').read_bytes()
    path, journal = tmp_path / 'x.pack', tmp_path / 'x.pack.journal'
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        killed_at('00005', patch)
        write_pack(build(), path)
    lines = journal.read_bytes().split(b'\n')
    lines[2] = b'\xff' * len(lines[2])
    journal.write_bytes(b'\n'.join(lines))
    assert write_pack(build(), path).read_bytes() == whole


def test_parts_of_other_data_and_finished_files_are_left_alone(
    build, tmp_path, monkeypatch
):
    path = tmp_path / 'x.pack'
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        killed_at('00005', patch)
        write_pack(build(), path)
    with pytest.raises(FileExistsError, match='of other data.*encoded'):
        write_pack(build(), path, raw=True)
    write_pack(build(), path)
    with pytest.raises(FileExistsError, match='--verify'):
        write_pack(build(), path)


def test_what_is_not_whole_or_not_this_data_is_refused(build, tmp_path):
    data = build()
    path = write_pack(data, tmp_path / 'x.pack')
    content = path.read_bytes()
    other = tmp_path / 'other.pack'
    for change, named in (
        (content[:-9], 'cut off'),
        (content[:20], 'cut off'),
        (b'', 'is not a file that'),
        (content[:-200] + b'x' + content[-199:], 'its index is damaged'),
    ):
        other.write_bytes(change)
        with pytest.raises(PackError, match=named):
            Pack(other)
    other.write_bytes(content[:50] + bytes([content[50] ^ 1]) + content[51:])
    with pytest.raises(PackError, match='clip 00001 is damaged'):
        verify_pack(other)
    with pytest.raises(PackError, match="clip_224x224'; the data set is DFEW.*16f"):
        build(media_dir=str(path), pixel_version='clip_224x224_16f')
    frame = data.media_dir / '00004/00004_00001.jpg'
    frame.write_bytes(frame.read_bytes() + b'\0')
    verify_pack(path)
    with pytest.raises(PackError, match='clip 00004 is not what'):
        verify_pack(path, build().clips.index)


def test_clips_that_arrived_during_an_interruption_are_packed(
    build, dfew, tmp_path, monkeypatch
):
    data = build()
    early, late = (dfew / 'Clip/clip_224x224' / name for name in ('00000', '00020'))
    path = tmp_path / 'x.pack'
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        killed_at('00005', patch)
        write_pack(data, path)
    for new in (early, late):
        shutil.copytree(dfew / 'Clip/clip_224x224/00001', new)
    changed = dfew / 'Clip/clip_224x224/00003'
    shutil.copy(next(changed.iterdir()), changed / '00003_99999.jpg')
    write_pack(build(), path)
    index = build().clips.index
    verify_pack(path, index)
    assert sorted(Pack(path).clips) == sorted(index.clips)
    assert {'00000', '00020'} <= set(Pack(path).clips)


@BOTH
def test_verifying_compares_clips_and_frames_with_the_folder(
    build, dfew, tmp_path, raw
):
    path = write_pack(build(), tmp_path / 'x.pack', raw)
    folder = dfew / 'Clip/clip_224x224'
    shutil.copytree(folder / '00001', folder / '00020')
    with pytest.raises(PackError, match=r'1 clips are missing in it \(00020\)'):
        verify_pack(path, build().clips.index)
    shutil.rmtree(folder / '00020')
    shutil.copy(next((folder / '00002').iterdir()), folder / '00002/00002_99999.jpg')
    with pytest.raises(PackError, match=r'1 clips have other frames in it \(00002\)'):
        verify_pack(path, build().clips.index, contents=False)
    shutil.rmtree(folder / '00002')
    with pytest.raises(PackError, match=r'1 clips are in it alone \(00002\)'):
        verify_pack(path, build().clips.index)


@BOTH
def test_a_damaged_frame_is_not_used(build, tmp_path, raw):
    data = build()
    path = write_pack(data, tmp_path / 'x.pack', raw)
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)  # in the first frame of the first clip
    path.write_bytes(content)
    pack = Pack(path)
    clip = pack.clips[0]
    with pytest.raises(PackError, match=f'damaged: a frame of clip {clip}'):
        pack.pixels(clip, [0]) if raw else pack.read(clip, 0)
    with pytest.raises(PackError, match=f'clip {clip}'):
        pack.check_frames(0, 1)
    second = pack.clips[1]
    assert len(pack.pixels(second, [0, 1]) if raw else pack.read(second, 0))


@pytest.mark.skipif(not hasattr(os, 'fork'), reason='this system has no fork')
def test_a_frame_is_compared_once_by_a_loader_and_its_processes(
    build, tmp_path, monkeypatch
):
    pack = Pack(write_pack(build(), tmp_path / 'x.pack'))
    clip = pack.clips[0]
    child = os.fork()  # as a loader's process of an earlier epoch
    if not child:
        pack.read(clip, 0)
        os._exit(0)
    os.waitpid(child, 0)
    monkeypatch.setattr('tgdfer_mm.clips.pack.crc32', lambda frame: -1)
    assert pack.read(clip, 0)
    with pytest.raises(PackError, match='damaged'):
        pack.read(clip, 1)


def test_a_pack_without_checksums_loads_with_a_warning(tmp_path):
    old = Path(__file__).parents[2] / 'data/v0_1/DFEW/frames.pack'
    with pytest.warns(UserWarning, match='no checksums'):
        pack = Pack(old)
    assert pack.read(pack.clips[0], 0)


def test_two_writers_of_one_pack_are_told_apart(build, tmp_path):
    path = tmp_path / 'x.pack'
    with open(tmp_path / '.x.pack.lock', 'w') as other:
        assert lock_file(other.fileno(), wait=False)
        with pytest.raises(BusyError, match='x.pack is in use by process'):
            write_pack(build(), path)
    write_pack(build(), path)
    assert [p.name for p in tmp_path.iterdir() if 'x.pack' in p.name] == ['x.pack']


def test_frames_on_the_device_are_those_of_the_loader(
    build, tmp_path, make_pipeline, monkeypatch
):
    path = write_pack(build(), tmp_path / 'x.pack', raw=True)
    data = dict(
        type='DFEWDataset',
        data_root=build().data_root,
        subset='test',
        pipeline=make_pipeline(),
    )
    loader = dict(batch_size=2, num_workers=2, dataset=data)
    preprocessor = dict(
        type='ActionDataPreprocessor',
        mean=[1.0] * 3,
        std=[2.0] * 3,
        format_shape='NCHW',
    )
    cfg = Config(
        dict(test_dataloader=loader, model=dict(data_preprocessor=preprocessor))
    )
    with pytest.raises(ValueError, match='--pack'):
        hold_frames_on_device(cfg)
    stock = MODELS.build(preprocessor)
    wanted = [stock(collate(build()[i]))['inputs'] for i in range(3)]
    hold_frames_on_device(use_pack(cfg, path))
    resident = MODELS.build(cfg.model.data_preprocessor)
    build_args = dict(cfg.test_dataloader.dataset)
    build_args.pop('type')
    drawn = DFEWDataset(**build_args)
    assert drawn[0]['inputs'].dtype == torch.int64
    for i in range(3):
        found = resident(collate(drawn[i]))['inputs']
        assert found.shape == wanted[i].shape == (1, 4, 3, 24, 24)
        assert (found - wanted[i]).abs().max() <= 1 / 2 + 1e-5
    assert not [*resident.state_dict()]

    # On a GPU only where there is room for them, to the last byte.
    size = resident._pixels.nbytes
    monkeypatch.setattr(resident, '_device', torch.device('cuda'))
    monkeypatch.setattr('torch.cuda.mem_get_info', lambda device: (size - 1, 0))
    with pytest.raises(PackError, match='train without --resident'):
        resident._load()
    made = torch.empty
    with monkeypatch.context() as on_the_cpu:
        on_the_cpu.setattr('torch.empty', lambda *a, device, **b: made(*a, **b))
        for free in (size, size + 1):
            on_the_cpu.setattr('torch.cuda.mem_get_info', lambda _, n=free: (n, 0))
            assert (resident._load().numpy() == resident._pixels).all()

    # Loaded once a device, also where the tensor names it otherwise (cuda, cuda:0).
    loaded = []
    monkeypatch.setattr(resident, '_load', lambda: loaded.append(1) or torch.empty(2))
    for device in ('meta', 'meta', 'cpu'):
        monkeypatch.setattr(resident, '_device', torch.device(device))
        assert resident.frames is resident.frames
    assert len(loaded) == 2


def collate(sample):
    return dict(inputs=[sample['inputs']], data_samples=[sample['data_samples']])


WHOLE = dict(
    schema=SCHEMA,
    kind='raw',
    dataset='x',
    pixel_version='x',
    clips=['a'],
    names=['1.png'],
    digests=['x'],
    shapes=[[1, 1]],
    damaged={},
    counts=[1],
)


def made_by_hand(path, index, places=(8, 11)):
    """A pack of one pixel whose index has its right hash, whatever it says."""
    header = index if isinstance(index, bytes) else json.dumps(index).encode()
    place = np.array(places, '<i8').tobytes()
    footer = FOOTER.pack(
        len(header), len(places), sha256(header + place).digest(), MAGIC
    )
    path.write_bytes(MAGIC + b'rgb' + header + place + footer)
    return path


@pytest.mark.filterwarnings('ignore:.*checksums')
def test_a_pack_of_one_pixel_is_read(tmp_path):
    pack = Pack(made_by_hand(tmp_path / 'x.pack', WHOLE))
    assert pack.read('a', 0) == b'rgb'
    assert pack.pixels('a', [0]).tobytes() == b'rgb'


@pytest.mark.filterwarnings('ignore:.*checksums')
@pytest.mark.parametrize(
    ('index', 'places'),
    [
        ([1], (8, 11)),
        (b'[' * 200_000, (8, 11)),
        (b'\xff', (8, 11)),
        (dict(schema=SCHEMA), (8, 11)),
        (dict(WHOLE, clips=5), (8, 11)),
        (dict(WHOLE, clips=[[1]]), (8, 11)),
        (dict(WHOLE, names=[5]), (8, 11)),
        (dict(WHOLE, counts=['x']), (8, 11)),
        (dict(WHOLE, counts=[-1]), (8, 11)),
        (dict(WHOLE, counts=[10**9]), (8, 11)),
        (dict(WHOLE, counts=[1 << 70]), (8, 11)),
        (dict(WHOLE, shapes=[]), (8, 11)),
        (dict(WHOLE, shapes=['x']), (8, 11)),
        (dict(WHOLE, shapes=[[1 << 40, 1 << 40]]), (8, 11)),
        (dict(WHOLE, damaged=5), (8, 11)),
        (WHOLE, ()),
        (WHOLE, (-5, 11)),
        (WHOLE, (8, 1 << 40)),
        (WHOLE, (11, 8)),
    ],
)
def test_an_index_that_others_made_is_right_or_refused(tmp_path, index, places):
    path = made_by_hand(tmp_path / 'x.pack', index, places)
    with pytest.raises(PackError, match=r'x\.pack'):
        Pack(path)
