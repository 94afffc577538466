"""Acts of the fieldwork, one module a subject: each is one transaction by a named person."""
