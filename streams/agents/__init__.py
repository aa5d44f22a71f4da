"""Faust agents: decode, call the core, send. Nothing else."""
