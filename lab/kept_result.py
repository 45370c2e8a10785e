"""Results that are kept on disk with the config that they were measured with."""

from pathlib import Path

from tgdfer_mm.files import read_json

from .evidence.train import OtherConfigError


def kept_result(path: Path, key: str, digest: str, advice: str) -> dict | None:
    """What was measured before; None if nothing was.

    Args:
        path: File of the result.
        key: A field that such a file has.
        digest: Of the config as it is now, kept as ``config_sha256``.
        advice: What to do if it is another one, a sentence.

    Raises:
        OtherConfigError: It was measured with another config.
    """
    if not path.is_file():
        return None
    result = read_json(path, key)
    if result.get('config_sha256') != digest:
        raise OtherConfigError(
            f'{path} was measured with another config than it has now. {advice}'
        )
    return result
