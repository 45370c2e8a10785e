"""Trained models of the hub: fetched by name, sent by order; the commands for it."""

import json
import re
from types import SimpleNamespace

import pytest
import torch

from tgdfer_cli.main import main
from tgdfer_mm.apis import from_pretrained, load_model, push_to_hub, save_pretrained
from tgdfer_mm.apis.model_folder.layout import (
    FILES,
    TOKENIZER_FILES,
    ModelFolderError,
)
from tgdfer_mm.hf_hub import HubError
from tgdfer_mm.video.errors import UsageError

from ..hub_host import COMMIT


@pytest.fixture(scope='module')
def folder(demo, tmp_path_factory):
    """The demo as a folder, which no test changes."""
    return save_pretrained(demo, tmp_path_factory.mktemp('saved') / 'my_demo')


class Api:
    """A double of ``HfApi``: what it was asked, and what it answers."""

    def __init__(self, error=None):
        self.asked, self.error = [], error

    def create_repo(self, repo_id, **kwargs):
        if self.error is not None:
            raise self.error
        self.asked.append(('create_repo', repo_id, kwargs))

    def create_branch(self, repo_id, **kwargs):
        self.asked.append(('create_branch', repo_id, kwargs))

    def upload_folder(self, **kwargs):
        self.asked.append(('upload_folder', kwargs))
        return SimpleNamespace(commit_url='https://hub/org/name/commit/1')


# Sending.


def test_its_files_are_sent_and_a_new_repository_is_private(folder):
    api = Api()
    assert push_to_hub(folder, 'org/name', api=api) == 'https://hub/org/name/commit/1'
    (create, upload) = api.asked
    assert create == ('create_repo', 'org/name', dict(private=True, exist_ok=True))
    sent = upload[1]
    assert sent['repo_id'] == 'org/name' and sent['folder_path'] == str(folder)
    assert set(sent['allow_patterns']) == {*FILES, *TOKENIZER_FILES}
    assert sent['revision'] is None


def test_a_branch_and_a_public_repository(folder):
    api = Api()
    push_to_hub(folder, 'hf-hub:org/name@v2', private=False, api=api)
    assert [each[0] for each in api.asked] == [
        *('create_repo', 'create_branch', 'upload_folder')
    ]
    assert api.asked[0][2]['private'] is False
    assert api.asked[1][2] == dict(branch='v2', exist_ok=True)
    assert api.asked[2][1]['revision'] == 'v2'


@pytest.mark.parametrize('lacking', ['README.md', 'model.safetensors', 'config.json'])
def test_what_is_not_whole_is_not_sent(lacking, folder, tmp_path):
    for name in FILES:
        if name != lacking:
            (tmp_path / name).symlink_to(folder / name)
    api = Api()
    with pytest.raises(ModelFolderError, match=lacking):
        push_to_hub(tmp_path, 'org/name', api=api)
    with pytest.raises(HubError, match="'name' names no repository"):
        push_to_hub(folder, 'name', api=api)
    assert api.asked == []


def refused(status):
    error = OSError(f'Client error {status}')
    error.response = SimpleNamespace(status_code=status)
    return error


@pytest.mark.parametrize(
    ('error', 'said'),
    [
        (refused(401), 'nothing was sent, since you are not logged in or may not'),
        (refused(403), 'with a token that may'),
        (
            OSError('the line is dead'),
            r'nothing was sent \(OSError: the line is dead\)',
        ),
    ],
)
def test_a_hub_that_refuses_is_a_sentence(error, said, folder):
    with pytest.raises(HubError, match=said) as caught:
        push_to_hub(folder, 'org/name', api=Api(error))
    assert caught.value.exit_code == 2 and '\n' not in str(caught.value)


# Fetching.


def test_a_model_of_the_hub_is_that_of_the_folder(hub, folder, demo):
    hub.repos['org/name'] = folder
    hub.revisions.add('v1')
    loaded = from_pretrained('org/name', revision='v1')
    ours = demo.model.state_dict()
    theirs = loaded.model.state_dict()
    assert all(torch.equal(theirs[name], value) for name, value in ours.items())
    # What a result says of it can be had again: the commit, not the name of a branch.
    assert loaded.about['checkpoint'] == f'hf-hub:org/name@{COMMIT}'
    assert loaded.about['name'] == 'name'
    assert sorted(file for _, file in hub.fetched) == [
        *('config.json', 'model.safetensors', 'preprocessor_config.json')
    ]
    assert load_model('org/name@v1').about == loaded.about
    assert load_model(f'hf-hub:org/name@{COMMIT}').about == loaded.about


def test_what_has_another_meaning_is_never_asked_of_the_hub(hub, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'org/name').mkdir(parents=True)
    for name in (
        *('dmo', 'baselines/m3dfel_dfw', 'org/name', './org/other', 'org/config.py'),
        *('a/b/c', '../org/name', 'org/mo del'),
    ):
        with pytest.raises((OSError, ValueError)):
            load_model(name)
    assert hub.asked == []
    load_model('demo')
    assert hub.asked == []


def test_a_tower_of_others_is_not_a_model(hub, tmp_path):
    (tmp_path / 'config.json').write_text(json.dumps(dict(model_type='clip')))
    hub.repos['openai/clip'] = tmp_path
    with pytest.raises(ModelFolderError, match=r'another library \(clip\).*backbones'):
        load_model('openai/clip')


# The commands.


def said_by(capsys):
    printed = capsys.readouterr()
    return ' '.join((printed.out + printed.err).split())


@pytest.mark.parametrize('where', ['folder', 'hub', 'pinned'])
def test_infer_takes_it(where, hub, folder, tiny_video, tmp_path, capsys):
    hub.repos['org/name'] = folder
    model = dict(folder=folder, hub='org/name', pinned=f'org/name@{COMMIT}')[where]
    options = ['--faces', 'none', '--no-pictures', '--out', str(tmp_path / 'out')]
    assert main(['infer', str(tiny_video()), '--model', str(model), *options]) == 0
    said_by(capsys)
    result = json.loads((tmp_path / 'out/tiny/result.json').read_text('utf-8'))
    assert result['complete'] and len(result['tracks']) == 1
    assert 'only drawn faces' in result['model']['note']
    assert bool(hub.asked) == (where != 'folder')


@pytest.mark.parametrize(
    ('model', 'said'),
    [
        ('org/absent', 'error: hf-hub:org/absent: .* has no repository of that name'),
        (
            'org/gated',
            'error: hf-hub:org/gated: its owners let in only who has',
        ),
        ('org/name@v9', "error: hf-hub:org/name@v9: .* no branch, tag or commit 'v9'"),
    ],
)
@pytest.mark.parametrize('command', ['infer', 'export'])
def test_errors_of_the_hub_are_2_and_one_sentence(
    model, said, command, hub, folder, tmp_path, capsys
):
    hub.repos['org/name'] = folder
    hub.gated.add('org/gated')
    words = [command, '--model', model, '--out', str(tmp_path / 'x.onnx')]
    assert main(words + (['video.mp4'] if command == 'infer' else [])) == 2
    text = said_by(capsys)
    assert re.match(said, text) and 'Traceback' not in text


@pytest.fixture
def api(monkeypatch):
    api = Api()
    monkeypatch.setattr('tgdfer_mm.apis.pushing.HfApi', lambda: api)
    return api


def test_publish_writes_a_folder_and_sends_it_only_if_told(
    api, folder, tmp_path, capsys
):
    out = tmp_path / 'mine'
    assert main(['publish', 'demo', str(out), '--licence', 'apache-2.0']) == 0
    assert 'mine. Read its README.md' in said_by(capsys)
    assert api.asked == []
    assert (out / 'config.json').read_bytes() == (folder / 'config.json').read_bytes()
    # The card is its owner's: what was changed in it is sent.
    (out / 'README.md').write_text('mine')
    assert main(['publish', str(out), str(out), '--push', 'org/name']) == 0
    assert 'sent to https://hub/org/name/commit/1' in said_by(capsys)
    assert (out / 'README.md').read_text() == 'mine'
    words = ['publish', 'demo', str(tmp_path / 'b'), '--push', 'org/b', '--public']
    assert main(words) == 0
    assert api.asked[-2][2]['private'] is False
    assert '--model org/b ' in (tmp_path / 'b/README.md').read_text()


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (['demo', 'out.safetensors', '--push', 'org/name'], 'is one file: --push'),
        (['{weights}', 'out'], 'holds weights alone: for a folder, name the work'),
        (['demo', 'out', '--push', 'name'], "'name' names no repository"),
        (['demo', 'out', '--public'], '--public is for a repository'),
        (['{folder}', '{folder}'], 'is the model itself. To send it, add --push'),
        (['{folder}', '{folder}/config.json'], 'is a file, or a folder that is not'),
        (['demo', '{folder}'], 'is a file, or a folder that is not empty'),
        (['nothing', 'out'], "model='nothing': "),
    ],
)
def test_orders_that_cannot_be_meant(
    words, said, api, folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    places = dict(folder=folder, weights=folder / 'model.safetensors')
    code = main(['publish', *(word.format(**places) for word in words)])
    assert code in (2, 5) and said in said_by(capsys)
    assert api.asked == [] and list(tmp_path.iterdir()) == []


def test_a_checkpoint_in_the_place_of_the_folder_s_weights(folder, tmp_path):
    with pytest.raises((OSError, UsageError), match='absent.pth'):
        load_model(folder, tmp_path / 'absent.pth')
    loaded = load_model(folder, folder / 'model.safetensors')
    assert loaded.about['checkpoint'] == str(folder / 'model.safetensors')
