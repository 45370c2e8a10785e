"""What each command of ``tgdfer`` does; its options are in ``tgdfer_cli``."""
