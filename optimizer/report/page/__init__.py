"""The parts of the report page: pictures, flows by hour, figures under the pointer, tables."""
