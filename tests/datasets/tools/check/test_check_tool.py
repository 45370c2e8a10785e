"""The command, what it prints, and generated data."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from tgdfer_cli.main import main
from tgdfer_mm.datasets.dfew import DFEWDataset
from tgdfer_mm.datasets.ferv39k import FERV39kDataset
from tgdfer_mm.datasets.mafw import MAFWDataset
from tgdfer_mm.datasets.tools.check import facts
from tgdfer_mm.synth import tree


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs the command; returns its exit code and what it printed."""
    monkeypatch.setenv('COLUMNS', '160')

    def run(*args):
        code = main(['data', 'check', *map(str, args)])
        said = capsys.readouterr()
        return code, said.err if code == 2 else said.out

    return run


def test_a_whole_copy_exits_with_0_and_writes_json(copy, command, tmp_path):
    code, said = command(
        'dfew', copy('dfew'), '--counts', 'none', '--json', tmp_path / 'out/report.json'
    )
    assert code == 0 and 'Nothing was found that changes' in said
    assert 'no counts were compared' in said
    report = json.loads((tmp_path / 'out/report.json').read_text())
    assert report['schema'] == 'tgdfer_mm.check/1' and report['ok']
    assert report['media_dir'] in said


def test_what_changes_a_number_exits_with_1_and_says_what_to_do(copy, command):
    code, said = command('dfew', copy('dfew'))
    assert code == 1 and 'findings change published numbers' in said
    assert 'list-size' in said and '--counts none' in said


def test_what_cannot_be_checked_exits_with_2_and_says_why(command, tmp_path):
    code, said = command('dfew', tmp_path / 'nowhere')
    assert code == 2 and 'nowhere is not a folder' in said


def flat_clip(*_):
    frames = [np.zeros((32, 32, 3), np.uint8)] * 2
    return SimpleNamespace(
        frames=lambda size: frames, intensity=np.zeros(2), jpeg_quality=95
    )


@pytest.mark.parametrize('layout', ['dfew', 'ferv39k', 'mafw'])
def test_generated_data_have_counts_of_their_own(
    layout, command, tmp_path, monkeypatch
):
    monkeypatch.setattr(tree, 'make_clip', flat_clip)  # nobody looks at them
    root = tmp_path / 'synth'
    tree.ensure_tree(
        root, tree.SynthSpec(layout, 32, clips_per_class=1), workers=1, report=len
    )
    code, said = command(layout, root)
    assert code == 0 and 'GENERATED' in said
    victim = next(root.rglob('*test*'))
    while victim.is_dir():
        victim = next(iter(sorted(victim.iterdir())))
    lines = victim.read_bytes().splitlines(keepends=True)
    victim.write_bytes(b''.join(lines[:-1]))
    code, said = command(layout, root)
    assert code == 1 and 'generated are' in said
    assert command(layout, root, '--counts', 'published')[0] == 1
    code, said = command('mafw' if layout == 'dfew' else 'dfew', root)
    assert code == 2 and 'in the layout of' in said


def test_an_unreadable_record_of_generated_data_is_an_error(copy, command):
    root = copy('dfew')
    (root / 'generation.json').write_text('{')
    code, said = command('dfew', root)
    assert code == 2 and 'does not have' in said


@pytest.mark.parametrize('cls', [DFEWDataset, FERV39kDataset, MAFWDataset])
def test_the_facts_agree_with_themselves_and_the_classes(cls):
    known = facts.load_facts(cls.ALIASES)
    for fact in known['lists'].values():
        for fold in fact['folds'].values():
            assert fold['train'] + fold['test'] == fact['clips']
            for subset in ('train', 'test'):
                counts = fold.get(f'{subset}_class_counts')
                assert counts is None or sum(counts) == fold[subset]
        assert sum(fact.get('class_counts', [fact['clips']])) == fact['clips']
    versions = {v for folders in cls.FOLDERS.values() for v in folders}
    assert set(known['pixels']) <= versions
    assert tuple(known['classes']) == facts.load_classes(cls.LABEL_SET)
