"""Sending the folder of a model to the Hugging Face hub."""

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

    Its files are sent, and nothing else that may lie there. An edited ``README.md``
    is sent as it is.

    Args:
        folder: The folder.
        repo: ``org/name``, or ``org/name@branch``. Repository and branch are made if
            they are not there.
        private: Whether a repository that is made is for its owners alone. One that is
            there keeps what it is.
        message: Of the commit.
        api: What talks to the hub; by default ``HfApi()``, with the login of
            ``hf auth login`` or ``HF_TOKEN``.

    Returns:
        The address of the commit.

    Raises:
        ModelFolderError: The folder is not complete, or is no model's.
        HubError: The hub refuses it, or cannot be reached.
    """
    name = parse_name(repo)
    read_folder(folder)  # what nobody could load is not sent
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
    # huggingface_hub hands on the errors of its transport, too.
    except Exception as error:
        raise HubError(why_refused(name, error, 'nothing was sent')) from error
    return str(commit.commit_url)
