"""Names the config's key in an error that occurs while a part is built."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from mmengine.config import Config

# Methods of mmengine's runners, and the part of the config that they build. Those of a
# loop are about its subset: train, val or test.
_LOOPS = {f'build_{subset}_loop': subset for subset in ('train', 'val', 'test')}
_OF_LOOPS = {'build_dataloader': 'dataloader', 'build_evaluator': 'evaluator'}
_PARTS = {
    'setup_env': 'env_cfg',
    'set_randomness': 'randomness',
    'build_visualizer': 'visualizer',
    'build_log_processor': 'log_processor',
    'build_model': 'model',
    '_init_model_weights': 'model',
    'wrap_model': 'model_wrapper_cfg',
    'build_optim_wrapper': 'optim_wrapper',
    'build_param_scheduler': 'param_scheduler',
    'scale_lr': 'auto_scale_lr',
    'register_default_hooks': 'default_hooks',
    'register_custom_hooks': 'custom_hooks',
    'build_logger': 'log_level',
    '_clip_grad': 'optim_wrapper.clip_grad',
}
# Messages of Python and mmengine about a wrong name.
_CALLED = r'(\w+)(?:\.\w+)?\(\) '
_UNKNOWN = re.compile(_CALLED + r"got an unexpected keyword argument '(\w+)'")
_LACKING = re.compile(_CALLED + r'missing \d+ required .*arguments?: (.+)')
_TAKES_NONE = re.compile(_CALLED + 'takes no arguments')
_ABSENT = re.compile(r'(\S+) is not in the (.+?) registry')
# A hook that finds a run unfit says so before the first step.
_LENGTH = 500  # characters; some libraries print the whole config
_LOOKING = ('before_run', 'before_train', 'before_test', 'after_load_checkpoint')


class ConfigError(ValueError):
    """A config with a part that cannot be built."""

    exit_code = 2  # of a command


@contextmanager
def naming_the_key(cfg: Config) -> Iterator[None]:
    """Turns an error in building parts of a config into a :class:`ConfigError`.

    Errors with an exit code, and errors of the run itself, stay as they are.

    Args:
        cfg: Config of the run.
    """
    try:
        yield
    except Exception as error:
        if hasattr(error, 'exit_code'):
            raise
        where = _find_key(error, error.__traceback__, cfg)
        if where is None:
            raise
        raise ConfigError(_describe(where, error, cfg)) from error


def _find_key(
    error: Exception, traceback: TracebackType | None, cfg: Config
) -> str | None:
    """The key of the innermost part that was built; None if no part was.

    It is empty if the whole config was.
    """
    where, subset = None, 'test'
    while traceback is not None:
        frame, traceback = traceback.tb_frame, traceback.tb_next
        name, file = frame.f_code.co_name, frame.f_code.co_filename
        if name == 'build_from_cfg':
            where = _key_of(cfg, frame.f_locals.get('cfg')) or where
        elif name == 'build_runner_from_cfg' and traceback is None:
            where = 'runner_type'
        elif name == 'take_steps':  # of the recipe
            where = ''
        elif name == '_require_data':
            where = frame.f_locals['data_set'].where
        elif 'runner' not in file and 'mmengine' not in file:
            continue
        elif name in ('__init__', 'from_cfg') and file.endswith('runner.py'):
            where = ''
        elif name == 'call_hook' and frame.f_locals.get('fn_name') in _LOOKING:
            where = '' if isinstance(error, ValueError) else where
        elif name in _LOOPS:
            subset = _LOOPS[name]
            where = f'{subset}_cfg'
        elif name in _OF_LOOPS:
            where = f'{subset}_{_OF_LOOPS[name]}'
        elif name in _PARTS:
            where = _PARTS[name]
    return where


def _key_of(cfg: Config, part: object) -> str | None:
    """Finds a dict of the config whose entries a part has; the longest one counts."""
    if not isinstance(part, Mapping) or 'type' not in part:
        return None
    fitting = [(len(n), key) for key, n in _dicts(cfg, '') if _is_within(n, part)]
    return max(fitting, key=lambda each: each[0], default=(0, None))[1]


def _is_within(node: Mapping, part: Mapping) -> bool:
    if 'type' not in node:
        return False
    try:
        return all(key in part and bool(part[key] == node[key]) for key in node)
    except (RuntimeError, ValueError):  # of arrays and tensors
        return False


def _dicts(node: object, path: str) -> Iterator[tuple[str, Mapping]]:
    if isinstance(node, Config | Mapping):
        if path:
            yield path, node
        entries = node.items()
    elif isinstance(node, list | tuple):
        entries = enumerate(node)
    else:
        return
    for key, value in entries:
        yield from _dicts(value, f'{path}.{key}' if path else str(key))


def _describe(where: str, error: Exception, cfg: Config) -> str:
    text = str(error.args[0] if isinstance(error, KeyError) else error)[:_LENGTH]
    if found := _UNKNOWN.search(text):
        # Also for a part inside the part, which was built without the registry.
        keys = (f'{key}.{found[2]}' for key, n in _dicts(cfg, '') if found[2] in n)
        inside = (key for key in keys if key.startswith(where))
        key = next(inside, f'{where}.{found[2]}'.lstrip('.'))
        return (
            f'{key}: {found[1]} has no setting of this name. If an inherited config '
            'sets it for another type, add _delete_=True next to the type.'
        )
    if found := _TAKES_NONE.search(text):
        return f'{where}: {found[1]} has no settings.'
    if found := _LACKING.search(text):
        return f'{where}: {found[1]} needs {found[2]}, which the config does not give.'
    if found := _ABSENT.search(text):
        return (
            f'{where}: there is no {found[1]!r} in the registry {found[2]}. Is it '
            'spelled right, and is its module among custom_imports?'
        )
    if not where and isinstance(error, KeyError):
        return f'{cfg.filename}: the config has no {text!r}.'
    if not isinstance(error, ValueError):
        text = f'{type(error).__name__}: {text}'
    return text if text.startswith(where) else f'{where}: {text}'
