"""Results on disk, stored with a hash of their config."""

from pathlib import Path

from tgdfer_mm.files import read_json

from .evidence.train import OtherConfigError


def kept_result(path: Path, key: str, digest: str, advice: str) -> dict | None:
    """An earlier result; None if there is none.

    Args:
        path: File of the result.
        key: A field that such a file has.
        digest: Hash of the config as it is now; the file has it as ``config_sha256``.
        advice: Sentence that says what to do if the config is another one.

    Raises:
        OtherConfigError: The result was measured with another config.
    """
    if not path.is_file():
        return None
    result = read_json(path, key)
    if result.get('config_sha256') != digest:
        raise OtherConfigError(
            f'{path} was measured with another config than it has now. {advice}'
        )
    return result
