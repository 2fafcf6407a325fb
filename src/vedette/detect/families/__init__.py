"""How the models of each family want their pictures, and what their answers mean."""
