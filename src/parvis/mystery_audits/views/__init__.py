"""Pages of the fieldwork: the mystery citizen's, the reviewer's, the operator's."""
