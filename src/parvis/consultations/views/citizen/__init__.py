"""Pages of the public, under `/participer/`: complete without scripts."""
