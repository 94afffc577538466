"""Who may do what, and the only entrances to a body's own objects."""
