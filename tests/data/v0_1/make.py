"""Makes the files of version 0.1 that tests/test_migration.py reads.

They are in the repository, since later versions cannot make them. To make them anew,
run this script with the package of version 0.1 (`git worktree add ../v0_1 8fa1275`):

    PYTHONPATH=../v0_1 python tests/data/v0_1/make.py ../v0_1/tools
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.config import Config

import tgdfer_mm
from lab.pretraining.saving import save_vlm
from tgdfer_mm.datasets import DFEWDataset
from tgdfer_mm.datasets.tools.pack import write_pack
from tgdfer_mm.models.text.tokens import TOKENIZER
from tgdfer_mm.models.vision_language.open_clip_models import build_clip

HERE = Path(__file__).resolve().parent
CLASSES, CLIPS = 7, 21
# What a protocol leaves that depends on the time or the machine, or is large.
DROPPED = (
    *('*.log', '*.lock', '.lock', '*.png', '*.md', 'timings.json', 'last_checkpoint'),
    *('vis_data', '20??????_??????', '*.py'),
)


def make_model() -> None:
    """A vision-language model of random weights, with the words it needs alone."""
    cfg = Config.fromfile('config.py')
    torch.manual_seed(0)
    model = build_clip(cfg.tower.arch)
    for name, parameter in model.named_parameters():
        if parameter.ndim > 1:  # not the norms; attention has to tell clips apart
            torch.nn.init.normal_(parameter, std=1.0 if 'attn' in name else 0.3)
    template = 'a photo of a person whose face shows'
    texts = [template, *(text for each in cfg.words.values() for text in each)]
    ids = {i for text in texts for i in TOKENIZER.encode(text)} | {49406, 49407}
    kept = torch.tensor(sorted(ids))
    arch = cfg.tower.arch.to_dict()
    save_vlm('vlm.safetensors', model, kept, dict(vlm_config=arch))


def make_data() -> None:
    """Clips of 3 to 5 frames whose colour tells the class: lists, a pack, an index."""
    root, media = Path('DFEW'), Path('Clip/clip_224x224')
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (CLASSES, 3))
    for clip in range(1, CLIPS + 1):
        folder = root / media / f'{clip:05d}'
        folder.mkdir(parents=True)
        for frame in range(3 + clip % 3):
            noise = rng.integers(-25, 25, (4, 4, 3))
            picture = (colours[clip % CLASSES] + noise).clip(0, 255).astype(np.uint8)
            picture = cv2.resize(picture, (16, 16), interpolation=cv2.INTER_NEAREST)
            cv2.imwrite(str(folder / f'{clip:05d}_{frame + 1:05d}.png'), picture)
    rows = [f'{clip},{clip % CLASSES + 1}' for clip in range(1, CLIPS + 1)]
    for fold in (1, 2, 3):
        tested = rows[CLASSES * (fold - 1) : CLASSES * fold]
        lists = dict(train=[row for row in rows if row not in tested], test=tested)
        for subset, lines in lists.items():
            path = root / f'EmoLabel_DataSplit/{subset}(single-labeled)/set_{fold}.csv'
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text('\n'.join(['video_name,label', *lines, '']))
    data = DFEWDataset(str(root), 'test')  # leaves the index below the root
    # The pack says of which folder it is: of none on this machine.
    os.chdir(root)
    data.media_dir = media
    write_pack(data, 'frames.pack')
    os.chdir(HERE)
    shutil.rmtree(root / 'Clip')


def run(tools: Path, name: str, *args: str) -> None:
    """Runs a tool here."""
    env = dict(os.environ, CUDA_VISIBLE_DEVICES='', OMP_NUM_THREADS='1')
    for variable in ('FOLD', 'DFEW_ROOT'):
        env.pop(variable, None)
    subprocess.run([sys.executable, str(tools / name), *args], env=env, check=True)


def make_neutral(checkpoint: Path) -> None:
    """Takes this machine's folder out of a checkpoint, which says where it lies."""
    content = torch.load(checkpoint, weights_only=True)
    content['message_hub']['runtime_info']['last_ckpt'] = str(checkpoint)
    torch.save(content, checkpoint)
    assert str(HERE).encode() not in checkpoint.read_bytes()


def tidy(folder: Path, *dropped: str) -> None:
    """Removes what the tests do not read."""
    for pattern in dropped:
        for path in sorted(folder.rglob(pattern), reverse=True):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def main() -> None:
    """Makes all of them."""
    assert tgdfer_mm.__version__ == '0.1.0', tgdfer_mm.__version__
    tools = Path(sys.argv[1]).resolve()
    os.chdir(HERE)
    for name in ('DFEW', 'runs', 'features'):
        shutil.rmtree(name, ignore_errors=True)
    make_model()
    make_data()
    run(tools, 'cache_features.py', 'config.py', 'features')
    for name, options in (('a', ()), ('b', ('--cfg-options', 'model.neck.gamma=0.5'))):
        given = ('config.py', '--folds', '1-2', '--work-dir', f'runs/{name}')
        run(tools, 'run_folds.py', *given, *options)
        tidy(Path('runs', name), *DROPPED)
    run(tools, 'compare.py', 'runs/a', 'runs/b', '--out', 'runs/comparison.json')
    fold = Path('runs/a/seed0/fold1')
    run(tools, 'publish_model.py', str(fold / 'epoch_8.pth'), 'model.safetensors')
    for folder in ('runs/a/seed0/fold2', 'runs/b'):
        tidy(Path(folder), '*.pth')
    (fold / 'best_epoch_7.pth').unlink()  # a link to epoch_7.pth, which the tests copy
    for checkpoint in fold.glob('*.pth'):
        make_neutral(checkpoint)
    tidy(HERE, '*.lock', '__pycache__')


if __name__ == '__main__':
    main()
