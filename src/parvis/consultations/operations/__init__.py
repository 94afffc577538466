"""What is done: keyword-only, one transaction, the acting person explicit."""
