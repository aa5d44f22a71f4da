"""The batch doors: articles from files of several kinds, as records for ``articles.raw``."""
