"""Encoder and decoder: masks, cross-attention, decoding, cheating and the bottleneck."""
