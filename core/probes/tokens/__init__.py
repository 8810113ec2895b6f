"""Images as tokens: the patch embedding, and images rebuilt from it."""
