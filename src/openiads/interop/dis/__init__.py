"""DIS 7 (IEEE 1278.1-2012): an own codec, files, export of runs and import of recordings."""
