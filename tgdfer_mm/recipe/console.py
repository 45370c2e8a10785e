"""Filters of a run's log, which keep long records out of the screen."""

import logging

_STARTS = (
    '\n' + '-' * 60 + '\nSystem environment:',
    'Config:\n',
    'Hooks will be executed in the following order:',
    'Exp name: ',
)


def keep_long_parts_off_the_screen(logger: logging.Logger) -> None:
    """Sends mmengine's hundreds of lines about a run to the log file alone.

    They are the environment, the config, the order of the hooks, and the name of the
    run after every epoch.

    Args:
        logger: Logger of a run. Without a log file everything stays on the screen.
    """
    is_file = {each: isinstance(each, logging.FileHandler) for each in logger.handlers}
    files = [handler.baseFilename for handler in is_file if is_file[handler]]
    if not files:
        return
    for handler in is_file:
        if not is_file[handler]:
            handler.addFilter(_is_short)
    logger.info(f'The environment and the whole config are in {files[0]}.')


def _is_short(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_STARTS)
