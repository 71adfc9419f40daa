"""Rules: one function per kind of check, rule packs as data, the findings."""
