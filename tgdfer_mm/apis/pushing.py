"""Sends the folder of a model to the Hugging Face hub."""

from pathlib import Path
from typing import Any

from huggingface_hub import HfApi

from ..hf_hub import HubError, parse_name, why_refused
from .model_folder import read_folder
from .model_folder.layout import FILES, TOKENIZER_FILES, ModelFolderError


def push_to_hub(
    folder: str | Path,
    repo: str,
    private: bool = True,
    message: str = 'A model of tgdfer_mm',
    api: Any = None,
) -> str:
    """Sends a folder of :func:`tgdfer_mm.apis.save_pretrained` to a repository.

    Only the files of the model are sent, and no other file in the folder. An edited
    ``README.md`` is sent as it is.

    Args:
        folder: The folder.
        repo: ``org/name``, or ``org/name@branch``. Repository and branch are created if
            they do not exist.
        private: Whether a new repository is private. An existing one does not change.
        message: Message of the commit.
        api: Client of the hub; by default ``HfApi()``, with the login of ``hf auth
            login`` or ``HF_TOKEN``.

    Returns:
        The address of the commit.

    Raises:
        ModelFolderError: The folder is not complete, or not a model.
        HubError: The hub refuses it, or cannot be reached.
    """
    name = parse_name(repo)
    read_folder(folder)  # a folder that nobody could load is not sent
    folder = Path(folder).expanduser()
    absent = [file for file in FILES if not (folder / file).is_file()]
    if absent:
        raise ModelFolderError(f'{folder} lacks {absent[0]}')
    api = HfApi() if api is None else api
    try:
        api.create_repo(name.repo, private=private, exist_ok=True)
        if name.revision is not None:
            api.create_branch(name.repo, branch=name.revision, exist_ok=True)
        commit = api.upload_folder(
            repo_id=name.repo,
            folder_path=str(folder),
            revision=name.revision,
            allow_patterns=[*FILES, *TOKENIZER_FILES],
            commit_message=message,
        )
    # huggingface_hub also raises the errors of its HTTP library.
    except Exception as error:
        raise HubError(why_refused(name, error, 'nothing was sent')) from error
    return str(commit.commit_url)
