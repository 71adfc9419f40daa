"""Indoor maps in GeoJSON: IMDF and its kin, WRLD, OpenStreetMap's Simple Indoor Tagging."""
