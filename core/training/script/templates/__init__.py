"""Templates of scripts: modules that run as they are, with constants on top that a script has the values of its run for."""
