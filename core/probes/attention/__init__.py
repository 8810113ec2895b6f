"""Attention: written out, as maps over an image, and what it costs."""
