"""Who may do what, and the only entrances to a consultation and to what it holds."""
