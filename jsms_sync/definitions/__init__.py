"""What the user wrote: YAML with positions, schema, rules and recipients files, made resources or problems."""
