"""The demonstration: a corpus of 2025 in the product's own words, and the show that plays it."""
