"""Where runs train: in threads of this process, in a process of their own, or on several machines. The manager asks for a few things."""
