"""Optimal, proven layouts for bank branches."""
