"""Running a model: tensors in, tensors out, wherever that happens."""
