"""The plan as data: every address decided, ordered, guarded, estimated and fingerprinted; all of it pure."""
