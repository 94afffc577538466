"""Forms of this room: what people type becomes rules and declarations, or an error on its field."""
