"""What machines open: kiosks, and the programs of a body."""
