"""The values that flow between the rooms: frozen, without I/O, clock or network."""
