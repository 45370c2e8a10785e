globals().update(__import__('tgdfer_mm.configs').configs.shipped('tgdfer_ravdess'))
