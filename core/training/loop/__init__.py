"""The training loop: the trainer, what it minimises, and what it steps with. It knows no thread, no file and no database."""
