"""Home, lessons and recorded figures as plain pages, which need neither a server nor a script: as files, on a phone, in an LMS."""
