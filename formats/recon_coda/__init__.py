"""The statement format coda: Belgian coded statements of account."""
