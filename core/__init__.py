"""Headless core of Sequence Lab: data, models, metrics and training. Imports neither Streamlit nor Plotly."""
