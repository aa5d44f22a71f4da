"""The pure domain: no Kafka, no Elasticsearch, no clock, no files, no randomness."""
