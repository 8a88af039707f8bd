"""The register of targets: entries, boundaries, what is asked and answered."""
