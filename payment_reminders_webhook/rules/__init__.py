"""What is told, how it is signed, and when it is tried again: pure and typed."""
