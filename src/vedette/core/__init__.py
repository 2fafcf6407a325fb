"""Words, contracts and conventions that every folder speaks (stdlib, NumPy, pydantic only)."""
