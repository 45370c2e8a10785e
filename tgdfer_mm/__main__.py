"""``python -m tgdfer_mm`` and ``torchrun -m tgdfer_mm`` do what ``tgdfer`` does."""

from tgdfer_cli.main import main

if __name__ == '__main__':
    raise SystemExit(main())
