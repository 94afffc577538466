"""What a poll gave, read from what its releases show: no ballot, no roll is looked at here."""
