"""``python -m streams`` is ``stancewatch``."""

from streams.cli import main

main()
