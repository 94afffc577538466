"""Pages of agents: no account, no cookie, nothing that tells one visitor from another."""
