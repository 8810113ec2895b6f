"""What the lab promises in seconds and ratios, measured: `python -m tests.benchmarks --help`. Not collected by pytest."""
