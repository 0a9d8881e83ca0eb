"""The statement format norma43: Spanish AEB Norma 43."""
