"""The commands, each run in the second stage."""
