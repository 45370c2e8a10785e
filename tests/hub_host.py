"""A host on this machine in the place of the Hugging Face hub."""

import hashlib
from contextlib import contextmanager
from pathlib import Path

from .local_server import QuietHandler, listening

COMMIT = '0123456789abcdef' * 2 + '01234567'


class HubHost:
    """What the hub has, and what it was asked.

    Attributes:
        repos: ``org/name`` -> folder of the files.
        gated: Repositories whose owners ask for consent.
        revisions: Names of branches and tags besides commits.
        asked: Method and path of every request.
        url: Its address.
    """

    def __init__(self):
        self.repos, self.gated, self.revisions = {}, set(), {'main'}
        self.asked, self.url = [], None

    @property
    def fetched(self):
        """Revision and name of the files that were fetched."""
        paths = [path for method, path in self.asked if method == 'GET']
        found = [path.split('/resolve/')[1] for path in paths if '/resolve/' in path]
        return [tuple(each.split('/', 1)) for each in found]

    def answer(self, path):
        """Status, code of the error, and content of a path."""
        repo, _, rest = path.lstrip('/').partition('/resolve/')
        revision, _, file = rest.partition('/')
        if repo in self.gated:
            return 403, 'GatedRepo', b''
        if repo not in self.repos:
            return 401, 'RepoNotFound', b''
        if revision not in self.revisions | {COMMIT}:
            return 404, 'RevisionNotFound', b''
        found = Path(self.repos[repo], file)
        if not found.is_file():
            return 404, 'EntryNotFound', b''
        return 200, None, found.read_bytes()


@contextmanager
def serving_hub():
    """Runs a host; its ``url`` is what ``HF_ENDPOINT`` would be."""
    host = HubHost()

    class Handler(QuietHandler):
        def do_GET(self):
            host.asked.append((self.command, self.path))
            status, code, content = host.answer(self.path.partition('?')[0])
            self.send_response(status)
            if code is not None:
                self.send_header('X-Error-Code', code)
            self.send_header('X-Repo-Commit', COMMIT)
            self.send_header('ETag', f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header('Content-Length', str(len(content)))
            self.end_headers()
            if self.command == 'GET':
                self.wfile.write(content)

        do_HEAD = do_GET

    with listening(Handler) as address:
        host.url = address
        yield host
