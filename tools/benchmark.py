import argparse

argparse.ArgumentParser().exit(2, 'Use lab/tools/benchmark.py, in a checkout.\n')
