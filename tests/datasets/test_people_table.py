"""A table of people: who is found in it, and what is wrong with a row."""

import pytest

from tgdfer_mm.datasets.clip_dataset import MissingDataError
from tgdfer_mm.datasets.people_table import PeopleTable
from tgdfer_mm.datasets.text_files import DataError, SplitFileError

GOOD = 'actor,sex,skin\n01,female,\nAnna B,,dark\n'


def table(tmp_path, text, name='people.csv'):
    (tmp_path / name).write_text(text, encoding='utf-8')
    return PeopleTable(tmp_path / name)


@pytest.mark.parametrize('separator', [',', ';', '\t'])
def test_people_are_found_as_people_write_them(separator, tmp_path):
    found = table(tmp_path, GOOD.replace(',', separator))
    assert found.kinds == ('sex', 'skin')
    for name in ('01', '1'):
        assert found.groups_of(name) == dict(sex='female')
    for name in ('Anna B', 'anna  b '):
        assert found.groups_of(name) == dict(skin='dark')


def test_the_column_of_people_may_stand_anywhere(tmp_path):
    found = table(tmp_path, 'speaker,person\nloud,anna\n')
    assert found.kinds == ('speaker',)
    assert found.groups_of('anna') == dict(speaker='loud')


def test_columns_are_chosen(tmp_path):
    found = table(tmp_path, GOOD)
    assert found.choose(None) == ('sex', 'skin') and found.choose(['skin']) == ('skin',)
    with pytest.raises(DataError, match=r"no column 'age', only \['sex', 'skin'\]"):
        found.choose(['sex', 'age'])


def test_an_unknown_person_is_named(tmp_path):
    with pytest.raises(DataError, match="csv has no row of '1091'; it has 2: 1, anna"):
        table(tmp_path, GOOD).groups_of('1091')


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('name,sex\na,f\n', 'csv, line 1: one column has to name the people'),
        ('actor,subject,sex\n', 'csv, line 1: one column has to name the people'),
        ('person\na\n', 'csv, line 1: next to the column of people'),
        ('person,sex,sex\n', 'csv, line 1: next to the column of people'),
        (GOOD + ',f,\n', 'csv, line 4: it names no person'),
        (GOOD + 'ANNA b,f,\n', 'csv, line 4: ANNA b occurs twice'),
        (GOOD + 'c,f,x,y\n', 'csv, line 4: there are more cells than the 3 columns'),
        (GOOD + '"c,f\n', 'csv, line 4: this is not a row of a table'),
    ],
)
def test_a_malformed_table_is_named_with_its_line(text, said, tmp_path):
    with pytest.raises(SplitFileError, match=said):
        table(tmp_path, text)


def test_what_is_no_table(tmp_path):
    with pytest.raises(MissingDataError, match='no such table of people'):
        PeopleTable(tmp_path / 'none.csv')
    with pytest.raises(DataError, match='is empty'):
        table(tmp_path, '\n')
    with pytest.raises(DataError, match='has to end in one of'):
        table(tmp_path, GOOD, 'people.json')
