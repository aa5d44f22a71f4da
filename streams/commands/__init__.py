"""The commands of the console script ``stancewatch``, a module a theme."""
