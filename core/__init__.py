"""Headless core of Sequence Lab: data, models, metrics and training. Imports neither Streamlit nor Plotly."""

import os

# How long OpenMP's threads (torch's) spin after their work before they sleep: long enough for the next operation of a layer, too
# short to keep a core from the scan's threads or the page's server. Read once, when torch is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
