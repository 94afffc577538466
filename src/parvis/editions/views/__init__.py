"""Pages of this room, by the kind of person who reads them."""
