"""Pages of the room: `team/` for who runs a consultation, `citizen/` for everybody."""
