"""Published rows: complete, with sources, and only next to the right data."""

import json

import pytest

from tgdfer_mm.protocol import published_rows
from tgdfer_mm.protocol.published import FILES, FOLDER
from tgdfer_mm.protocol.results_page import RULES


@pytest.mark.parametrize(
    'dataset, num, least',
    [
        *(('DFEW', 7, 30), ('FERV39k', 7, 30), ('MAFW', 11, 30)),
        *(('CREMA-D', 6, 15), ('RAVDESS', 8, 15), ("eNTERFACE'05", 6, 10)),
    ],
)
def test_every_row_has_a_source_and_a_rule(dataset, num, least):
    published = published_rows(dataset, 'single', num)
    assert len(published['rows']) >= least
    for row in published['rows']:
        assert row['source'] and set(row['source']) <= set(published['sources'])
        assert row['selection'] in RULES
        assert 10 < row['WAR'] < 90, row
        assert row['UAR'] is None or 10 < row['UAR'] < 90, row
    wars = [row['WAR'] for row in published['rows']]
    assert wars == sorted(wars)
    keys = [
        (r['method'], r['UAR'], r['WAR'], r['selection']) for r in published['rows']
    ]
    assert len(set(keys)) == len(keys)


def test_selecting_on_test_is_known_of_the_codes_that_were_read():
    by_rule = {}
    for dataset, num in (('DFEW', 7), ('MAFW', 11)):
        for row in published_rows(dataset, 'single', num)['rows']:
            by_rule.setdefault(row['selection'], set()).add(row['method'])
    assert {'DFER-CLIP', 'M3DFEL', 'MAE-DFER', 'S2D', 'DK-CLIP'} <= by_rule['test']
    assert 'DK-CLIP' in by_rule['last']
    assert all('zero-shot' in method for method in by_rule['none'])


def test_rows_that_nobody_checked_say_so_and_disputed_ones_stay_out():
    for dataset, num in (('DFEW', 7), ('FERV39k', 7), ('MAFW', 11)):
        rows = published_rows(dataset, 'single', num)['rows']
        noted = [row for row in rows if 'N' in row['source']]
        assert noted and all('not verified' in row['remark'] for row in noted)
        methods = {row['method'].split(',')[0] for row in rows}
        assert {'MiRA', 'FRU-Adapter'} <= methods
        assert not methods & {'AVERE', 'ERV', 'MAE-DFER-CA'}
        # Earlier pages of R1-Omni printed the numbers of two other methods.
        others = {
            (row['UAR'], row['WAR'])
            for row in rows
            if row['method'] in ('DFER-CLIP', 'MAE-DFER')
        }
        assert not [
            row
            for row in rows
            if row['method'] == 'R1-Omni' and (row['UAR'], row['WAR']) in others
        ]


def test_other_settings_and_data_have_no_rows():
    assert published_rows('SynthDFER (DFEW layout)', 'single', 7) is None
    assert published_rows('MAFW', 'compound', 43) is None
    assert published_rows('DFEW', 'single', 11) is None


def test_rows_of_open_data_say_whose_folds_they_are_of():
    for dataset, num in (('CREMA-D', 6), ('RAVDESS', 8), ("eNTERFACE'05", 6)):
        published = published_rows(dataset, 'single', num)
        assert 'docs/open_data.md' in published['protocol']
        folds = {row['method']: row.get('remark', '') for row in published['rows']}
        assert folds['MAE-DFER'] == 'the folds of protocol mae_dfer'
        assert 'SVFAP-B' in folds
        assert [m for m, remark in folds.items() if not remark and 'AVF' not in m] == []


def test_no_file_is_left_out():
    names = {path.stem for path in FOLDER.glob('*.json')}
    assert names == {*FILES.values(), 'sources'}
    assert all(json.loads(p.read_text()) for p in FOLDER.glob('*.json'))


@pytest.mark.parametrize('dataset, num', [('DFEW', 7), ('MAFW', 11), ('CREMA-D', 6)])
def test_methods_that_hear_the_clips_say_so(dataset, num):
    rows = published_rows(dataset, 'single', num)['rows']
    hear = {row['method'] for row in rows if 'audio' in row['inputs']}
    assert 'HiCMAE' in hear
    assert not hear & {row['method'] for row in rows if row['inputs'] == 'video'}
    if dataset != 'CREMA-D':
        assert {'MMA-DFER', 'T-MEP', 'CLAIP-Emo', 'R1-Omni'} <= hear
