"""The open-data archive of a consultation: everything that was said and decided, nobody's name.

`building` writes the ZIP, `tables` its contributions and decisions, `votes` what was voted phase by
phase, `description` what it says of itself; `files` keeps the one that is handed out.

No file ties what somebody wrote to what they voted: contributions have no author, votes neither
date nor author, and voters are numbered anew in each archive, no number standing for two people.
"""
