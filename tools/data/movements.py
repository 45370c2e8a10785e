"""The same as ``tgdfer data movements``, at the place of mmaction2's tools."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a checkout's own code

from tgdfer_cli.main import main  # noqa: E402

if __name__ == '__main__':
    raise SystemExit(main(['data', 'movements', *sys.argv[1:]]))
