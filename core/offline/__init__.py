"""The lab as a folder to take along: installed and started from it on a machine without a network."""
