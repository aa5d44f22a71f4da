"""Stancewatch: reads who takes which stance in the news, and notices when a stance shifts."""

__version__ = "0.1.0"
