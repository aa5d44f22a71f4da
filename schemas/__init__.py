"""The contracts: JSON Schemas of every topic's value, and the Elasticsearch templates."""
