"""The processes of a distributed run, before there is a runner."""

from mmengine.config import Config
from mmengine.dist import init_dist, is_distributed


def start_processes(cfg: Config) -> None:
    """Connects the processes of a distributed run before its runner would."""
    if cfg.get('launcher', 'none') != 'none' and not is_distributed():
        init_dist(cfg.launcher, **(cfg.get('env_cfg') or {}).get('dist_cfg', {}))
