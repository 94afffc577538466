"""Spoken labels: which texts are spoken, how their sounds are made, stored and found."""
