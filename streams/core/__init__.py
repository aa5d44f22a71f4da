"""The pure domain: no Kafka, no Elasticsearch, no clock, no randomness, and no files but those that libraries bring.

Each of these is loaded once a process: ``grammar`` loads the parser's model, ``language`` that of the language
identifier, and ``story`` asks a library's table of countries.
"""
