"""Pages of the coordinator and of the facilitator, pages of the room."""
