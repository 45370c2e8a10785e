"""The commands of the tutorial do what its page says; lab/tools has the whole of it."""

from lab.paths import ROOT
from lab.tutorials import page_commands, run_command
from tgdfer_mm.files import read_json

CLASSES = 'happy', 'surprise', 'angry'
# Word for word but for what makes it short: nine clips and two epochs.
SHORT = {
    'make_videos.py': ['--clips', '3'],
    'train': ['--cfg-options', 'train_cfg.max_epochs=2', 'train_cfg.val_interval=2'],
}


def test_the_commands_lead_from_raw_videos_to_a_model_that_names_the_classes(tmp_path):
    *steps, folds = page_commands('own_tutorial.md')
    for command in steps:
        more = [SHORT[key] for key in SHORT if key in command.replace('data/', '')]
        run_command(command, tmp_path, *(more[0] if more else ()))
    assert len(list(tmp_path.glob('data/mine/*/*/*/000001.jpg'))) == 9
    [log] = [p.read_text(encoding='utf-8') for p in tmp_path.rglob('*.log')]
    assert 'tgdfer infer VIDEO --model work_dirs/tgdfer_own/fold1' in log
    [found] = [p for p in tmp_path.rglob('result.json') if 'new_video' in str(p)]
    result = read_json(found, 'model')
    assert sorted(result['model']['classes']) == sorted(CLASSES)
    [track] = result['tracks']
    assert track['label'] in CLASSES
    assert folds.startswith('tgdfer folds tgdfer_own --data data/mine ')


def test_the_three_commands_are_those_of_the_page():
    page = (ROOT / 'docs/own.md').read_text(encoding='utf-8')
    lines = [line.partition('#')[0].rstrip() for line in page.splitlines()]
    _, faces, train, infer, _ = page_commands('own_tutorial.md')
    for command in (faces, train, infer):
        assert command in lines
