"""Makes a config from a command line, and a runner from a config."""

import os
from argparse import Namespace
from dataclasses import fields

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from ..engine.glibc_memory import keep_freed_memory
from ..plain_checkpoints import ALLOW_PICKLE
from ..recipe import Recipe, loading
from ..settings import parse_settings


def load_config(args: Namespace) -> Config:
    """Reads the config and applies the options; those of the recipe become its fields.

    Args:
        args: Options of ``tgdfer_cli.common``: ``config``, the common options and those
            of the recipe.

    Raises:
        ValueError: See :func:`tgdfer_mm.recipe.loading.load_config`.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if args.allow_pickle:
        os.environ[ALLOW_PICKLE] = '1'
    given = {
        each.name: getattr(args, each.name, None)
        for each in fields(Recipe)
        if each.name != 'perturb_time'  # an option of its own, which has several
    }
    cfg = loading.load_config(
        args.config,
        {k: v for k, v in given.items() if v is not None and v is not False},
        parse_settings(args.cfg_options),
        args.work_dir,
        args.allow_mismatch,
        args.launcher,
    )
    loading.announce_fold(cfg.recipe.get('fold'))  # to configs that this run reads
    return cfg


def build_runner(cfg: Config) -> Runner:
    """Builds the runner that the config names in ``runner_type``.

    On CPU the process from now on keeps the memory that it frees: a training step with
    six clips takes a fifth less time, with the same result. See
    :mod:`tgdfer_mm.engine.glibc_memory`.
    """
    if get_device() == 'cpu':
        keep_freed_memory()
    return RUNNERS.build(cfg)
