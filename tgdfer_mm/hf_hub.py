"""Files of the Hugging Face hub, fetched only if the user names their repository.

A repository is named ``org/name``, or ``org/name@revision`` with a branch, a tag or a
commit. Files are kept in the cache of huggingface_hub, and come from its host
(``HF_ENDPOINT``), with the user's own login if there is one.
"""

import logging
import os
import re
from pathlib import Path
from typing import NamedTuple

from huggingface_hub import (
    _CACHED_NO_EXIST,
    constants,
    hf_hub_download,
    try_to_load_from_cache,
)
from huggingface_hub import errors as hub

from .terminal import saying_only

PREFIX = 'hf-hub:'
_NAME = re.compile(r'[\w.-]+/[\w.-]+(@[\w./-]+)?', re.ASCII)


class HubError(OSError):
    """A repository of the hub that cannot be used; the text is for the user."""

    exit_code = 2  # of a command


class HubName(NamedTuple):
    """A repository of the hub.

    Attributes:
        repo: ``org/name``.
        revision: A branch, a tag or a commit; None is the main branch.
    """

    repo: str
    revision: str | None = None

    def __str__(self) -> str:
        revision = '' if self.revision is None else f'@{self.revision}'
        return f'{PREFIX}{self.repo}{revision}'


def looks_like_a_repo(text: str) -> bool:
    """True if a text has the form ``org/name`` or ``org/name@revision``."""
    return _NAME.fullmatch(text) is not None


def parse_name(text: str) -> HubName:
    """Reads ``org/name@revision``, also with ``hf-hub:`` before it.

    Raises:
        HubError: It is not such a name.
    """
    name = text.removeprefix(PREFIX)
    if not looks_like_a_repo(name):
        raise HubError(
            f'{text!r} names no repository of the Hugging Face hub: write '
            'org/name, or org/name@revision for a branch, a tag or a commit (in a '
            f'config with {PREFIX} before it)'
        )
    repo, _, revision = name.partition('@')
    return HubName(repo, revision or None)


class HubFolder:
    """The files of a repository at one commit, each fetched when it is needed.

    Args:
        name: See :func:`parse_name`.
    """

    def __init__(self, name: str) -> None:
        self.name = parse_name(name)
        self._commit: str | None = None

    def __str__(self) -> str:
        return str(self.name)

    @property
    def commit(self) -> str | None:
        """The commit of the files; None before the first file."""
        return self._commit

    def find(self, file: str) -> Path | None:
        """Fetches a file, unless it is in the cache.

        Returns:
            Its path; None if the repository has no such file.

        Raises:
            HubError: There is no such repository or revision, it may not be read, or
                the hub cannot be reached.
        """
        revision = self._commit or self.name.revision
        try:
            # Without a warning for each try of an unreachable host.
            with saying_only(logging.getLogger('huggingface_hub'), logging.ERROR):
                found = hf_hub_download(
                    self.name.repo,
                    file,
                    revision=revision,
                    local_files_only=constants.HF_HUB_OFFLINE,
                )
        except hub.LocalEntryNotFoundError as error:  # also an EntryNotFoundError
            kept = try_to_load_from_cache(self.name.repo, file, revision=revision)
            if kept is _CACHED_NO_EXIST:
                return None
            raise HubError(self._unreached(error)) from error
        except hub.EntryNotFoundError:
            return None
        # huggingface_hub also raises the errors of its HTTP library.
        except Exception as error:
            raise HubError(
                why_refused(self.name, error, 'it cannot be fetched')
            ) from error
        path = Path(found)
        self._commit = path.parents[len(Path(file).parents) - 1].name
        return path

    def _unreached(self, error: Exception) -> str:
        if constants.HF_HUB_OFFLINE:
            why = 'HF_HUB_OFFLINE forbids to fetch them'
        else:
            reason = _first_line(error.__cause__ or error)
            why = f'{constants.ENDPOINT} cannot be reached ({reason})'
        return (
            f'the files of {self} are not on this machine, and {why}. Run this once '
            'with a network, or give a folder with the files'
        )


class LocalFolder:
    """The files of a folder on this machine, with the same methods.

    Args:
        path: The folder.
    """

    commit = None

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()

    def __str__(self) -> str:
        return str(self.path)

    def find(self, file: str) -> Path | None:
        """Path of a file; None if there is none."""
        path = self.path / file
        return path if path.is_file() else None


def open_folder(source: str | Path) -> HubFolder | LocalFolder:
    """A folder of this machine, or a repository if the name starts with ``hf-hub:``."""
    if str(source).startswith(PREFIX):
        return HubFolder(str(source))
    return LocalFolder(source)


def is_folder(source: str | Path) -> bool:
    """True if :func:`open_folder` has something to open."""
    named = str(source)
    return named.startswith(PREFIX) or os.path.isdir(os.path.expanduser(named))


def why_refused(name: HubName, error: Exception, what: str) -> str:
    """A sentence about an error of the hub, with what to do.

    Args:
        name: The repository.
        error: The error of huggingface_hub.
        what: The action that failed, in words.
    """
    login = 'log in with `hf auth login`'
    if isinstance(error, hub.GatedRepoError):
        return (
            f'{name}: its owners let in only who has accepted their terms. Do so on '
            f'{constants.ENDPOINT}/{name.repo}, and {login}'
        )
    if isinstance(error, hub.RepositoryNotFoundError):
        return (
            f'{name}: {constants.ENDPOINT} has no repository of that name, or it is '
            f'private. Check the spelling; for a private one, {login}'
        )
    if isinstance(error, hub.RevisionNotFoundError):
        return f'{name}: {name.repo} has no branch, tag or commit {name.revision!r}'
    status = getattr(getattr(error, 'response', None), 'status_code', None)
    if isinstance(error, hub.LocalTokenNotFoundError) or status in (401, 403):
        return (
            f'{name}: {what}, since you are not logged in or may not do this there: '
            f'{login}, with a token that may'
        )
    if isinstance(error, hub.OfflineModeIsEnabled):
        return f'{name}: {what}, since HF_HUB_OFFLINE forbids it'
    return f'{name}: {what} ({_first_line(error)})'


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f'{type(error).__name__}: {lines[0]}' if lines else type(error).__name__
