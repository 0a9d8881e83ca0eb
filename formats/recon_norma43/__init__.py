"""The format norma43: Spanish AEB Norma 43 statements."""
