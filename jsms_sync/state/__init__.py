"""The state: document, journal, lock and keyed hashes, and the places they live in."""
