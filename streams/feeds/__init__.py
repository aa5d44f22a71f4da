"""Feeds: what publishers announce becomes raw articles, with care for them and for this machine."""
