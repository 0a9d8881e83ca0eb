"""The statement format cfonb: French CFONB 120."""
