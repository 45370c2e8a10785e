import argparse

argparse.ArgumentParser().exit(2, 'Use lab/tools/zoo.py, in a checkout.\n')
