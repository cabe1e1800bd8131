"""What the user wrote: YAML with positions, schema, rules, recipients files; made resources or problems."""
