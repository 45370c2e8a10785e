import argparse

argparse.ArgumentParser().exit(2, 'Use lab/tools/benchmark_video.py, in a checkout.\n')
