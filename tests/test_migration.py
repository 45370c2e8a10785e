"""Files of version 0.1 load, resume, test and compare with the code of today.

They lie in data/v0_1, with make.py, which says how they were made.
"""

import itertools
import json
import math
import shutil
from importlib import import_module
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

from tgdfer_cli.main import parse
from tgdfer_mm.apis import load_model
from tgdfer_mm.clips.clip_index import Listing
from tgdfer_mm.clips.index_store import IndexStore
from tgdfer_mm.clips.pack import Pack
from tgdfer_mm.commands import config as command_config
from tgdfer_mm.commands.config import build_runner
from tgdfer_mm.datasets.feature_store import ARRAY, FeatureStore
from tgdfer_mm.datasets.tools.pack import verify_pack
from tgdfer_mm.features import cache_features
from tgdfer_mm.protocol import collect, compare, load_contender, plan_runs
from tgdfer_mm.protocol.folds import RunError, is_finished

V0_1 = Path(__file__).parent / 'data/v0_1'
FOLD = Path('runs/a/seed0/fold1')
NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def _in_the_old_folder(tmp_path, monkeypatch):
    """A copy of the files, as the folder that a user of version 0.1 worked in."""
    old = tmp_path / 'old'
    shutil.copytree(V0_1, old)
    # The file of the best epoch was a link to this one.
    shutil.copy(old / FOLD / 'epoch_7.pth', old / FOLD / 'best_epoch_7.pth')
    monkeypatch.chdir(old)
    for name in ('FOLD', 'TGDFER_FOLD', 'DFEW_ROOT', 'LOCAL_RANK'):
        monkeypatch.setenv(name, '')  # so that it is put back whatever a tool sets
        monkeypatch.delenv(name)
    monkeypatch.setattr(command_config, 'keep_freed_memory', lambda: None)
    torch.set_num_threads(1)
    init_default_scope('mmaction')


@pytest.fixture
def runner():
    """Builds the runner of a command line of tools/train.py or tools/test.py."""

    def build(tool, *args):
        words = [*map(str, ('config.py', *args))]
        command = import_module(f'tgdfer_mm.commands.{tool}')
        with pytest.warns(FutureWarning, match='form of version 0.1'):
            cfg = command.make_config(parse(tool, words))
        cfg.experiment_name = f'migration_{next(NUMBERS)}'
        return build_runner(cfg)

    return build


def read(path):
    return json.loads(Path(path).read_text())


def read_lines(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def assert_holds(new, old, where='', tolerance=1e-6):
    """Everything that was there is there, with the same value; more may be there."""
    if isinstance(old, dict):
        for key, value in old.items():
            assert key in new, f'{where}.{key} is gone'
            assert_holds(new[key], value, f'{where}.{key}', tolerance)
    elif isinstance(old, list):
        assert len(new) == len(old), where
        for i, (a, b) in enumerate(zip(new, old, strict=True)):
            assert_holds(a, b, f'{where}[{i}]', tolerance)
    elif isinstance(old, float):
        assert math.isclose(new, old, rel_tol=tolerance, abs_tol=tolerance), where
    else:
        assert new == old, where


def assert_close(new, old):
    """The tensors of two nested states; sums are rounded as the CPU likes."""
    assert type(new) is type(old)
    if isinstance(old, torch.Tensor):
        if new.shape == (1,):  # a single number had no dimension then
            old = old.reshape(1)
        torch.testing.assert_close(new, old, atol=2e-4, rtol=1e-3)
    elif isinstance(old, dict):
        assert new.keys() == old.keys()
        for key, value in old.items():
            assert_close(new[key], value)


class TestCheckpoints:
    def test_a_run_resumes_to_the_weights_of_the_uninterrupted_one(self, runner):
        old = torch.load(FOLD / 'epoch_8.pth', weights_only=True)
        predictions = read_lines(FOLD / 'predictions_last.jsonl')
        selection = read(FOLD / 'selection.json')
        (FOLD / 'epoch_8.pth').unlink()
        for path in FOLD.glob('predictions*'):
            path.unlink()
        del selection['evaluated']['8']
        partial = {**selection, 'epoch': None, 'test': None, 'last': None}
        (FOLD / 'selection.json').write_text(json.dumps(partial))
        resumed = runner('train', '--fold', '1', '--work-dir', FOLD, '--resume')
        resumed.train()
        assert (resumed.epoch, resumed.iter) == (8, 24)
        new = torch.load(FOLD / 'epoch_8.pth', weights_only=True)
        for key in ('state_dict', 'optimizer'):
            assert_close(new[key], old[key])
        before = torch.load(FOLD / 'epoch_7.pth', weights_only=True)['state_dict']
        moved = [
            n
            for n, w in old['state_dict'].items()
            if (w - before[n]).abs().max() > 0.02
        ]
        assert moved, 'the last epoch changes nothing, so that nothing is compared'
        again = read_lines(FOLD / 'predictions_last.jsonl')
        assert_holds(
            [{k: line[k] for k in ('clip', 'label', 'score')} for line in again],
            [{k: line[k] for k in ('clip', 'label', 'score')} for line in predictions],
            tolerance=5e-3,
        )
        # What the epochs before the interruption reached takes part.
        assert_holds(read(FOLD / 'selection.json')['evaluated'], selection['evaluated'])

    def test_testing_gives_the_old_scores(self, runner):
        dump = Path('again/scores.pkl')
        args = ('--fold', '1', '--work-dir', 'again', '--dump', dump)
        metrics = runner('test', FOLD / 'epoch_8.pth', *args).test()
        old = read(FOLD / 'selection.json')['last']['test']
        assert metrics['dfer/WAR'] == pytest.approx(old['dfer/WAR'])
        assert metrics['dfer/UAR'] == pytest.approx(old['dfer/UAR'])
        assert_holds(
            read_lines('again/predictions.jsonl'),
            read_lines(FOLD / 'predictions_last.jsonl'),
            tolerance=1e-4,
        )

    def test_the_contract_reads_the_old_meta_information(self, runner):
        args = ('--fold', '2', '--work-dir', 'again')
        with pytest.raises(ValueError, match='fold'):
            runner('test', FOLD / 'epoch_8.pth', *args).test()

    def test_a_published_model_loads(self):
        loaded = load_model('config.py', 'model.safetensors')
        weights = torch.load(FOLD / 'epoch_8.pth', weights_only=True)['state_dict']
        assert loaded.classes[:3] == ['happy', 'sad', 'neutral']
        found = loaded.model.state_dict()
        assert found.keys() == weights.keys()
        for name, value in weights.items():  # published in half precision
            # A single number had no dimension then.
            value = torch.atleast_1d(value) if found[name].ndim else value
            assert torch.equal(found[name].half(), value.half()), name


class TestData:
    def test_the_pack_is_whole_and_its_frames_are_the_same(self):
        verify_pack('DFEW/frames.pack')
        pack = Pack('DFEW/frames.pack')
        assert len(pack.clips) == 21
        assert pack.frames('00001') == [f'00001_{i:05d}.png' for i in range(1, 5)]
        content = np.frombuffer(pack.read('00001', 0), np.uint8)
        pixels = cv2.imdecode(content, cv2.IMREAD_COLOR)
        # Drawn in squares of 4 x 4 pixels, as make.py does.
        assert pixels.shape == (16, 16, 3) and pixels.std() > 1
        assert (pixels.reshape(4, 4, 4, 4, 3).std(axis=(1, 3)) == 0).all()

    def test_the_index_is_found_and_read(self):
        root, pack = Path('DFEW').absolute(), Pack('DFEW/frames.pack')
        store = IndexStore(root / 'Clip/clip_224x224', 1, root)
        assert store.paths[0].is_file()
        (listings,) = store.load(Listing)
        found = {each.path: each.split() for each in listings}
        assert found.pop('') == pack.clips
        assert found == {clip: pack.frames(clip) for clip in pack.clips}

    def test_the_features_are_found_and_are_what_is_computed_today(self, tmp_path):
        (folder,) = Path('features').iterdir()
        written = (folder / ARRAY).stat().st_mtime_ns
        cfg = Config.fromfile('config.py')
        assert cache_features(cfg, 'features') == folder.absolute()
        assert (folder / ARRAY).stat().st_mtime_ns == written
        assert [*Path('features').iterdir()] == [folder]
        anew = FeatureStore(cache_features(cfg, tmp_path / 'anew'))
        np.testing.assert_allclose(anew.array, FeatureStore(folder).array, atol=1e-4)

    def test_a_run_trains_on_the_features(self, runner):
        args = ('--fold', '1', '--work-dir', 'again', '--cache-features', 'features')
        trained = runner('train', *args, '--cfg-options', 'train_cfg.max_epochs=1')
        trained.train()
        assert trained.epoch == 1 and len([*Path('features').iterdir()]) == 1


class TestProtocols:
    OPTIONS = dict(a=(), b=('model.neck.gamma=0.5',))

    def plan(self, name):
        return plan_runs(
            'config.py',
            [0],
            [1, 2],
            options=self.OPTIONS[name],
            work_dir=f'runs/{name}',
        )

    @pytest.mark.parametrize('name', OPTIONS)
    def test_finished_runs_are_finished(self, name):
        runs = self.plan(name)
        assert all(is_finished(run) for run in runs)
        for run in runs:
            assert run.digest == read(run.folder / 'started.json')['digest']

    def test_an_interrupted_run_may_go_on_and_another_config_may_not(self):
        (FOLD / 'finished.json').unlink()
        first, second = self.plan('a')
        assert not is_finished(first) and is_finished(second)
        shutil.copytree('runs/b', 'runs/mixed')
        other = plan_runs('config.py', [0], [1], work_dir='runs/mixed')[0]
        with pytest.raises(RunError, match='another config; different: .*neck.gamma'):
            is_finished(other)

    @pytest.mark.parametrize('name', OPTIONS)
    def test_the_results_are_the_same(self, name):
        old = read(f'runs/{name}/results.json')
        rows = old['published'].pop('rows')  # to which later ones are added
        assert_holds(collect(self.plan(name), 'config.py'), old)
        new = read(f'runs/{name}/results.json')
        assert_holds(new, old)
        for row in rows:
            assert any(row.items() <= each.items() for each in new['published']['rows'])

    def test_the_comparison_is_the_same(self):
        found = compare([load_contender(f'runs/{name}') for name in 'ab'])
        assert_holds(json.loads(json.dumps(found)), read('runs/comparison.json'))
