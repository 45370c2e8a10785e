import argparse

argparse.ArgumentParser().exit(2, 'Use lab/tools/pretrain_vlm.py, in a checkout.\n')
