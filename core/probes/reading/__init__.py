"""Reading images: what a model believes after every token, and how far apart tokens are for it."""
