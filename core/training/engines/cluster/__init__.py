"""Runs on the machines of a Ray cluster (https://docs.ray.io), each in an actor of its own. Ray is needed nowhere else.

One named actor, the desk, deals out turns and knows all runs. It outlives a server, so that several may serve one lab, and ends with the
last one. A run's actor is made when its first turn has come, on a machine that has room for it, and goes on elsewhere when that one dies.
"""
