import argparse

argparse.ArgumentParser().exit(2, 'Use lab/tools/train_many.py, in a checkout.\n')
