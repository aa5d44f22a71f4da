"""Fits the reader's models from labelled text. Development only: nothing of it ships."""
