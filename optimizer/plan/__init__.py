"""Floor plans: the model, its readers, the audit of a drawing."""
