"""A vision-language model of transformers on this machine."""

import asyncio
import hashlib
from functools import cache
from pathlib import Path
from typing import Self

from .answers import Answer
from .errors import AskingError, UnansweredError
from .pictures import from_text


@cache
def load_local(folder: Path) -> 'LocalModel':
    """The model of a folder, loaded once for all folds and conditions."""
    return LocalModel(folder)


class LocalModel:
    """Asks a model in a folder, one question at a time; nothing leaves the machine.

    The folder has the files that transformers' ``save_pretrained`` writes: config,
    safetensors, tokenizer and chat template. No code of the folder is run and nothing
    is unpickled.

    Args:
        folder: The folder.
        device: Device that computes.

    Attributes:
        source: Folder and a hash of the names, sizes and times of its files; it is part
            of the hash of a question.

    Raises:
        AskingError: The folder cannot be loaded; the message repeats that of
            transformers.
    """

    def __init__(self, folder: str | Path, device: str | None = None) -> None:
        import torch
        from transformers import AutoModelForImageTextToText, AutoProcessor

        folder = Path(folder).absolute()
        if not (folder / 'config.json').is_file():
            raise AskingError(f'--local {folder}: it has no config.json.')
        self.source = f'{folder} {_digest(folder)}'
        self.device = device or ('cuda' if torch.cuda.is_available() else 'cpu')
        given = dict(local_files_only=True, trust_remote_code=False)
        try:
            self.processor = AutoProcessor.from_pretrained(folder, **given)
            self.model = AutoModelForImageTextToText.from_pretrained(
                folder, use_safetensors=True, dtype='auto', **given
            )
        except Exception as error:  # a foreign folder may raise any error
            raise AskingError(
                f'--local {folder}: transformers cannot load it '
                f'({type(error).__name__}: {str(error)[:300]}).'
            ) from error
        self.model = self.model.eval().to(self.device)

    async def __aenter__(self) -> Self:
        self._turn = asyncio.Lock()  # of this loop
        return self

    async def __aexit__(self, *error: object) -> None:
        pass

    async def ask(self, request: dict) -> Answer:
        """Asks a question.

        Raises:
            UnansweredError: The model failed; the message repeats that of transformers.
        """
        async with self._turn:
            try:
                return await asyncio.to_thread(self._ask, request)
            except Exception as error:  # such as no memory for a long clip
                said = f'{type(error).__name__}: {str(error)[:300]}'
                raise UnansweredError(f'the model failed ({said})') from error

    def _ask(self, request: dict) -> Answer:
        import torch

        inputs = self.processor.apply_chat_template(
            [_plain(message) for message in request['messages']],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors='pt',
        ).to(self.device)
        before = inputs['input_ids'].shape[1]
        most = request['max_tokens']
        with torch.inference_mode():
            out = self.model.generate(**inputs, do_sample=False, max_new_tokens=most)
        new = out[0, before:]
        ends = self.model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        cut = len(new) >= most and int(new[-1]) not in ends
        text = self.processor.decode(new, skip_special_tokens=True)
        return Answer(text, 'length' if cut else 'stop', before, len(new))


def _plain(message: dict) -> dict:
    """A message with pictures instead of their addresses."""
    content = message['content']
    if isinstance(content, str):
        return dict(message, content=[dict(type='text', text=content)])
    parts = [
        dict(type='image', image=from_text(part['image_url']['url']))
        if part['type'] == 'image_url'
        else part
        for part in content
    ]
    return dict(message, content=parts)


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        stat = path.stat()
        digest.update(f'{path.name}\t{stat.st_size}\t{stat.st_mtime_ns}\n'.encode())
    return digest.hexdigest()[:16]
