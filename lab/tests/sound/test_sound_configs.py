"""The configs that hear: what they change, and training on videos with sound."""

import cv2
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper

from lab.paths import CONFIGS, ROOT
from lab.video_writing import write_video
from tgdfer_mm.datasets.transforms import AttachSound
from tgdfer_mm.registry import DATASETS, MODELS
from tgdfer_mm.synth.clips import EMOTIONS, make_clip
from tgdfer_mm.synth.voice import clip_sound

SMALL = CONFIGS / 'sound/heard.py'
DFEW = ROOT / 'configs/tgdfer_dfew_sound.py'
SIZE, FRAMES = 64, 12


@pytest.mark.parametrize(
    'path, plain',
    [(SMALL, CONFIGS / 'ablations/full.py'), (DFEW, ROOT / 'configs/tgdfer_dfew.py')],
    ids=['small', 'dfew'],
)
def test_sound_is_all_that_differs(path, plain):
    cfg, plain = Config.fromfile(path), Config.fromfile(plain)
    for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        steps = [step.type for step in cfg[loader].dataset.pipeline]
        assert steps.index('AttachSound') == steps.index('SampleSegments') + 1
        steps.remove('AttachSound')
        assert steps == [step.type for step in plain[loader].dataset.pipeline]
    assert cfg.model.neck.neck == plain.model.neck
    for name in ('backbone', 'text_encoder', 'cls_head'):
        assert cfg.model[name] == plain.model[name]
    own = {name: value for name, value in cfg.sound.items() if name != 'type'}
    assert AttachSound(**own).channels == cfg.model.neck.sound_channels


def write_tree(root):
    """DFEW's layout: two clips with frames and with an mp4, the second with sound."""
    rows = 'video_name,label\n'
    for number, label in ((1, 1), (2, 7)):
        clip = make_clip(0, number, EMOTIONS[label - 1], number)
        frames = [clip.draw(i, SIZE) for i in range(FRAMES)]
        folder = root / f'Clip/clip_224x224/{number:05d}'
        folder.mkdir(parents=True)
        for i, frame in enumerate(frames):
            cv2.imwrite(str(folder / f'{i:03d}.jpg'), frame[..., ::-1])
        film = root / f'Clip/original/{number}.mp4'
        film.parent.mkdir(exist_ok=True)
        sound = None if number == 1 else clip_sound(clip, (0, number), 'true')
        write_video(film, frames, 25, codec='mpeg4', sound=sound)
        rows += f'{number},{label}\n'
    for subset in ('train', 'test'):
        path = root / f'EmoLabel_DataSplit/{subset}(single-labeled)/set_1.csv'
        path.parent.mkdir(parents=True)
        path.write_text(rows)


def test_it_learns_from_and_is_tested_on_videos_with_sound(tmp_path, monkeypatch):
    monkeypatch.setenv('DFEW_ROOT', str(tmp_path))
    write_tree(tmp_path)
    cfg, small = Config.fromfile(DFEW), Config.fromfile(SMALL)
    model = MODELS.build(small.model)  # DFEW's tower would take minutes
    model.init_weights()
    wrapper = build_optim_wrapper(model, small.optim_wrapper)
    batches = []
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        for step in loader.dataset.pipeline:
            if step.type == 'Resize':
                step.scale = (SIZE, SIZE)
        clips = DATASETS.build(loader.dataset)
        batches.append(pseudo_collate([clips[i] for i in range(2)]))
    mute, speaks = batches[0]['data_samples']
    assert not mute.heard_mask.any() and speaks.heard_mask[:FRAMES].all()
    assert not speaks.heard_mask[FRAMES:].any()
    assert speaks.heard.abs().max() > 0.5
    losses = model.train().train_step(batches[0], wrapper)
    assert torch.isfinite(losses['loss']) and model.neck.gate.item() != 0
    found = model.eval().test_step(batches[1])
    assert [sample.clip for sample in found] == ['00001', '00002']
    assert all(sample.pred_score.shape == (7,) for sample in found)
