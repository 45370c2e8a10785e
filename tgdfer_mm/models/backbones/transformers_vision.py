"""An image tower of the package transformers as a backbone on pictures."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mmengine.model import BaseModule
from torch import Tensor, nn

from ...files import read_json
from ...hf_hub import open_folder
from ...registry import MODELS
from ...video.optional_packages import need
from ..vision_language.weight_files import (
    OF_TRANSFORMERS,
    find_weights,
    read_weights,
)

_IMPLEMENTATIONS = ('eager', 'sdpa')
_OUTPUTS = dict(tokens='last_hidden_state', pooled='pooler_output')


class TransformersTowerError(ValueError):
    """A tower of transformers cannot be built, or the weights do not fill it."""

    exit_code = 2  # of a command


@MODELS.register_module()
class TransformersVision(BaseModule):
    """An image tower of the package transformers, as a backbone [choice].

    It goes into :class:`InstanceBackbone`. Examples are ViT, DINOv2, BEiT, Swin,
    ConvNeXt, ResNet, the towers of CLIP and SigLIP, and other models that ``AutoModel``
    builds and that take ``pixel_values`` (N, 3, H, W). Code from a repository is never
    run.

    Args:
        arch: A folder with ``config.json``, a repository of the hub
            (``hf-hub:org/name@revision``), or the content of such a file, a dict with
            ``model_type``. If it has a ``vision_config``, the image tower alone is
            built.
        pretrained: Folder or repository with the weights; loaded by ``init_weights``
            and not before. None leaves them random.
        output: ``'tokens'``, the last hidden state: (N, L, C), or (N, C, H, W) of a
            convolutional tower; or ``'pooled'``, the model's own pooled feature: (N,
            C).
        interpolate: Whether positional codes are interpolated, for pictures of another
            size than ``image_size`` in the config. Not every tower can do this.

    Raises:
        MissingPackage: If transformers is not installed.
        TransformersTowerError: If transformers cannot build the tower.
        HubError: If a repository cannot be used.
    """

    def __init__(
        self,
        arch: str | Mapping[str, Any],
        pretrained: str | None = None,
        output: str = 'tokens',
        interpolate: bool = False,
    ) -> None:
        super().__init__()
        if output not in _OUTPUTS:
            raise TransformersTowerError(
                f'output={output!r} must be one of {", ".join(map(repr, _OUTPUTS))}'
            )
        self.pretrained = pretrained
        self.output = output
        self._options = dict(interpolate_pos_encoding=True) if interpolate else {}
        self._config = _config_of(arch)
        try:
            model = need('transformers').AutoModel.from_config(self._config)
        # Classes of transformers raise these for values that they do not know.
        except Exception as error:
            raise TransformersTowerError(_not_built(arch, error)) from error
        self._kind = type(model)
        self.tower = _inner(model)

    def init_weights(self) -> None:
        """Loads ``pretrained``; without it the random weights stay.

        Raises:
            TransformersTowerError: If weights of the tower are missing or have other
                shapes. Weights of a pooling that is not used may be missing.
        """
        self._is_init = True
        if self.pretrained is None:
            return
        files = find_weights(open_folder(self.pretrained), OF_TRANSFORMERS)
        with _quiet():
            model, said = self._kind.from_pretrained(
                None,
                config=self._config,
                state_dict=read_weights(files),
                output_loading_info=True,
                ignore_mismatched_sizes=True,
            )
        odd = [each[0] for each in said['mismatched_keys']]
        unused = () if self.output == 'pooled' else ('pooler.', 'head.')
        missing = [
            name
            for name in said['missing_keys']
            if not name.removeprefix('vision_model.').startswith(unused)
        ]
        for what, names in (('other shapes of', odd), ('no weights for', missing)):
            if names:
                raise TransformersTowerError(
                    f'{self.pretrained} has {what} {len(names)} parts of '
                    f'{self._kind.__name__}, such as {sorted(names)[0]}. Set arch to '
                    'the same folder or repository, so that the tower fits the '
                    'weights.'
                )
        self.tower.load_state_dict(_inner(model).state_dict())

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, 3, H, W) -> see ``output``."""
        found = self.tower(pixel_values=pictures, **self._options)
        value = found.get(_OUTPUTS[self.output])
        if value is None:
            raise TransformersTowerError(
                f'{self._kind.__name__} gives no {_OUTPUTS[self.output]} but '
                f'{", ".join(found)}: set output to {"tokens"!r}'
            )
        return value.flatten(1) if self.output == 'pooled' else value


def _config_of(arch: str | Mapping[str, Any]) -> Any:
    if isinstance(arch, Mapping):
        content, where = json.loads(json.dumps(arch)), 'arch'  # plain dicts
    else:
        folder = open_folder(arch)
        path = folder.find('config.json')
        if path is None:
            raise TransformersTowerError(
                f'{folder} has no config.json, so its tower is not known; add the '
                'file, or give arch as a dict'
            )
        content, where = read_json(path), path
    _refuse_code(content, where)
    kind = content.pop('model_type', None)
    try:
        config = need('transformers').AutoConfig.for_model(kind, **content)
    except Exception as error:
        if hasattr(error, 'exit_code'):
            raise
        raise TransformersTowerError(_not_built(where, error, kind)) from error
    return getattr(config, 'vision_config', config)


def _refuse_code(content: object, where: object) -> None:
    """Refuses a config that names a repository whose code would compute the attention.

    Versions of transformers before 5.3 fetched and ran such code (CVE-2026-4372).
    """
    if isinstance(content, dict):
        for key, value in content.items():
            named = 'implementation' in key and isinstance(value, str)
            if named and value not in _IMPLEMENTATIONS:
                raise TransformersTowerError(
                    f'{where}: {key}={value!r} may name code, which is not run from a '
                    f'config. Remove it, or set one of {", ".join(_IMPLEMENTATIONS)}'
                )
            _refuse_code(value, where)
    elif isinstance(content, list):
        for value in content:
            _refuse_code(value, where)


def _not_built(where: object, error: Exception, kind: str | None = None) -> str:
    reason = (str(error).splitlines() or [''])[0][:200]
    named = '' if kind is None else f' of model_type={kind!r}'
    return (
        f'{where}: transformers cannot build a tower{named} from it '
        f'({type(error).__name__}: {reason})'
    )


def _inner(model: nn.Module) -> nn.Module:
    """The model with the parameter names of version 5, whatever the version."""
    return getattr(model, 'vision_model', model)


@contextmanager
def _quiet() -> Iterator[None]:
    """A context without transformers' progress bar and its list of unused weights."""
    logs = need('transformers').utils.logging
    level, bars = logs.get_verbosity(), logs.is_progress_bar_enabled()
    logs.set_verbosity_error()
    logs.disable_progress_bar()
    try:
        yield
    finally:
        logs.set_verbosity(level)
        if bars:
            logs.enable_progress_bar()
