"""A class in the lab: who may do what, who is there, and what they do together. No screen is known here."""
