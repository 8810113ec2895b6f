"""The terms of the unit, a file a part."""
