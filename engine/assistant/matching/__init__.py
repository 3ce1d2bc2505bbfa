"""Whether a question is one whose SQL somebody has verified, and with which parameters."""
