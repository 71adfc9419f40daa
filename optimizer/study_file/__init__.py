"""Study files: one TOML file in, one `Study` out, and the JSON Schema of the format."""

from optimizer.study_file.reader import read_study, study_schema

__all__ = ["read_study", "study_schema"]
