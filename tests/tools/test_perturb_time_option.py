"""`tgdfer test --perturb-time`, with runners that only tell what they got."""

import json
from pathlib import Path

import pytest

from tgdfer_cli.main import main as tgdfer
from tgdfer_mm.commands import test as command


class Told:
    """A runner whose accuracy tells the perturbation."""

    def __init__(self, cfg):
        first, second, *rest = cfg.test_dataloader.dataset.pipeline
        self.loss = len(second.mode) if rest else 0

    def test(self):
        return {'dfer/UAR': 90.0 - self.loss, 'dfer/WAR': 80.0 - self.loss}


@pytest.fixture
def main(config, monkeypatch):
    """Runs the command on a config with a pipeline."""
    steps = "dict(type='SampleSegments'), dict(type='DecodeFrames')"
    with config.open('a') as file:
        file.write(f'test_dataloader = dict(dataset=dict(pipeline=[{steps}]))\n')
    monkeypatch.setattr(command, 'build_runner', Told)

    def run(*args):
        assert tgdfer(['test', str(config), 'x.pth', *args]) == 0

    return run


@pytest.mark.parametrize(
    ('asked', 'done'),
    [
        (['all'], ['shuffled', 'reversed', 'frozen', 'half_rate']),
        (['frozen', 'reversed', 'frozen'], ['frozen', 'reversed']),
    ],
)
def test_one_table_and_one_file_of_all_tests(main, asked, done, capsys):
    main('--work-dir', 'out', '--perturb-time', *asked)
    content = json.loads(Path('out/fold1/temporal_sensitivity.json').read_text())
    assert list(content['metrics']) == ['unperturbed', *done]
    assert content['checkpoint'] == 'x.pth'
    for mode in done:
        assert content['differences'][mode] == {
            'dfer/UAR': -len(mode),
            'dfer/WAR': -len(mode),
        }
    shown = capsys.readouterr().out
    assert all(mode in shown for mode in done) and '90.00' in shown


def test_without_the_option_there_is_one_test_and_no_file(main):
    main('--work-dir', 'out')
    assert not Path('out').exists()


def test_an_unknown_perturbation_is_refused(main, capsys):
    with pytest.raises(SystemExit):
        main('--perturb-time', 'backwards')
    assert "'backwards'" in capsys.readouterr().err
