"""Writing with an encoder-decoder, one token after the other: the most probable, a beam, or drawn by chance."""
