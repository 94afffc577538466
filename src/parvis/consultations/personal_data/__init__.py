"""What this room knows of people."""
