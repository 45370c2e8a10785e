import argparse

argparse.ArgumentParser().exit(2, 'Use lab/tools/evidence.py, in a checkout.\n')
