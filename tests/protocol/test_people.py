"""Results by groups of people, from the predictions of all folds and seeds."""

import json

import numpy as np
import pytest

from tgdfer_cli.main import main
from tgdfer_mm.datasets.people_table import PeopleTable
from tgdfer_mm.protocol import Contender, scores_by_group


@pytest.fixture
def make_model(make_result):
    """Two folds and two seeds; four people in each fold, of two sexes."""

    def make(groups=True, people=True):
        results = [make_result(s, f, clips=24) for s in (0, 1) for f in (1, 2)]
        for result in results:
            for i, line in enumerate(result.predictions):
                number = 4 * (result.fold - 1) + i % 4
                if people:
                    line['person'] = f'{number:02}'
                if groups:
                    line['groups'] = dict(sex='female' if number % 2 else 'male')
        return Contender('mine', results)

    return make


def test_folds_are_pooled_and_seeds_averaged(make_model):
    model = make_model()
    found = scores_by_group(model, draws=50)
    assert (found['num_seeds'], found['folds']) == (2, [1, 2])
    assert (found['num_clips'], found['num_people']) == (48, 8)
    for sex, group in found['groups']['sex']['groups'].items():
        lines = [
            line
            for result in model.results
            for line in result.predictions
            if line['groups']['sex'] == sex
        ]
        right = [line['pred'] == line['label'] for line in lines]
        assert (group['people'], group['clips']) == (4, 24)
        assert group['WAR'] == pytest.approx(100 * np.mean(right))
    json.dumps(found, allow_nan=False)


def test_a_table_says_other_groups(make_model, tmp_path):
    path = tmp_path / 'people.csv'
    rows = [f'{i},{"l" if i < 3 else ""},{i % 2}' for i in range(8)]
    path.write_text('\n'.join(['person,hand,odd', *rows]))
    found = scores_by_group(make_model(groups=False), None, PeopleTable(path), 50)
    assert list(found['groups']) == ['hand', 'odd']
    people = {k: g['people'] for k, g in found['groups']['hand']['groups'].items()}
    assert people == {'l': 3, 'not known': 5}
    found = scores_by_group(make_model(), ['odd'], PeopleTable(path), 50)
    assert list(found['groups']) == ['odd']


def test_what_is_not_known_is_said(make_model):
    with pytest.raises(ValueError, match='mine: no clip names its person'):
        scores_by_group(make_model(people=False))
    with pytest.raises(ValueError, match="states the 'age' of .* known is sex"):
        scores_by_group(make_model(), ['sex', 'age'])
    with pytest.raises(ValueError, match='states any group of .* known is nothing'):
        scores_by_group(make_model(groups=False))
    model = make_model()
    for result in model.results:
        for key in ('person', 'groups'):
            result.predictions[0].pop(key)
    found = scores_by_group(model, draws=50)
    assert found['remarks'][0].startswith('2 clips do not name their person')
    assert found['groups']['sex']['groups']['not known']['people'] == 2


def test_the_command_prints_and_writes(make_model, write, tmp_path, capsys):
    for result in make_model().results[:2]:
        write(result, tmp_path / f'fold{result.fold}')
    assert main(['groups', str(tmp_path)]) == 0
    said = ' '.join(capsys.readouterr().out.split())
    assert 'Made up: 48 clips of 8 people' in said and 'female less male' in said
    assert "sex 'female' has only 4 people" in said
    written = json.loads((tmp_path / 'groups.json').read_text())
    assert written['schema'] == 'tgdfer_mm.groups/1' and 'sex' in written['groups']


def test_the_command_ends_with_2_and_a_sentence(make_model, write, tmp_path, capsys):
    path = str(write(make_model().results[0], tmp_path))
    (tmp_path / 'p.csv').write_text('person,sex\n00,female\n')
    for words, said in (
        ([path, '--by', 'age'], "no clip states the 'age' of its person"),
        ([path, '--people', str(tmp_path / 'p.csv')], "has no row of '01'"),
        ([path, '--people', 'nowhere.csv'], 'nowhere.csv: there is no such table'),
        (['nowhere'], 'nowhere'),
    ):
        assert main(['groups', *words]) == 2
        assert said in capsys.readouterr().err
    assert not (tmp_path / 'groups.json').exists()
