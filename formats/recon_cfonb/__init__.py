"""The format cfonb: French CFONB 120 statements."""
