"""Pictures, the report and the way back to CAD."""
