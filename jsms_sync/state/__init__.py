"""The document, the journal and the lock: what is remembered, and how it survives a crash."""
