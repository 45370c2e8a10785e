"""Sides of a comparison, from every kind of folder or file."""

import json

import pytest

from tgdfer_mm.protocol import load_contender


@pytest.fixture
def protocol(make_contender, write, tmp_path):
    """A finished protocol of two seeds and two folds."""
    model = make_contender('model', seeds=(0, 1))
    for result in model.results:
        write(result, tmp_path / 'p' / result.name)
    runs = [dict(run=r.name, seed=r.seed, fold=r.fold) for r in model.results]
    (tmp_path / 'p/results.json').write_text(json.dumps(dict(runs=runs)))
    return tmp_path / 'p'


def test_a_protocol_a_seed_a_run_and_a_file(protocol):
    whole = load_contender(protocol)
    assert whole.seeds == [0, 1] and len(whole.labels()) == 80
    seed = load_contender(protocol / 'seed1')
    assert seed.seeds == [0] and seed.labels() == whole.labels()
    run = load_contender(protocol / 'seed1/fold2')
    file = load_contender(protocol / 'seed1/fold2/predictions.jsonl')
    assert run.labels() == file.labels() and {fold for fold, _ in run.labels()} == {2}
    assert run.rule == 'last epoch'
    clips = sorted(whole.labels())
    assert (whole.correct(clips)[1] == seed.correct(clips)[0]).all()


def test_what_cannot_be_read_is_said(protocol, make_result, write, tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere: there is no such'):
        load_contender(tmp_path / 'nowhere')
    (tmp_path / 'empty').mkdir()
    with pytest.raises(FileNotFoundError, match='neither a file of predictions'):
        load_contender(tmp_path / 'empty')
    (protocol / 'results.json').unlink()
    with pytest.raises(FileNotFoundError, match='finish it with `tgdfer folds`'):
        load_contender(protocol)
    with pytest.raises(ValueError, match='must end in .jsonl'):
        load_contender(protocol / 'seed1/fold2/predictions.meta.json')
    result = make_result()
    result.predictions[2]['label'] = [0, 1, 1, 0]
    with pytest.raises(ValueError, match='clip 1/2 has several labels'):
        load_contender(write(result, tmp_path / 'several'))


def test_seeds_with_other_clips_are_refused(protocol, make_result, write):
    write(make_result(seed=1, fold=2, clips=39), protocol / 'seed1/fold2')
    with pytest.raises(ValueError, match='seeds have tested different clips'):
        load_contender(protocol)


@pytest.mark.parametrize(
    'run',
    [
        *(dict(run=5), dict(run=None), dict(run=['a']), dict(seed='b')),
        *(dict(seed=[1]), dict(seed=None), dict(fold='b'), dict(fold={}), None),
    ],
)
def test_a_protocol_of_runs_that_are_none_is_refused(run, protocol):
    path = protocol / 'results.json'
    runs = json.loads(path.read_text())['runs']
    runs = [] if run is None else [*runs[1:], {**runs[0], **run}]
    path.write_text(json.dumps(dict(runs=runs)))
    with pytest.raises(ValueError, match='results.json has another form than expected'):
        load_contender(protocol)


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        *((dict(classes=5), 'list of names'), (dict(classes=[1] * 4), 'list of names')),
        (dict(classes=['happy']), '1 classes, but clip 1/1 has another one'),
        *((dict(fold=fold), 'fold is not a number') for fold in ('b', [1], {}, 1.5)),
        *((dict(selection=s), 'not a rule') for s in ('x', [1], dict(description=[1]))),
        (dict(threshold='x'), 'threshold is not a number'),
    ],
)
def test_what_is_stated_of_predictions_has_to_make_sense(
    changes, message, make_result, write, tmp_path
):
    file = write(make_result(), tmp_path)
    meta = file.with_suffix('.meta.json')
    meta.write_text(json.dumps({**json.loads(meta.read_text()), **changes}))
    with pytest.raises(ValueError, match=f'predictions.meta.json .*{message}'):
        load_contender(file)
