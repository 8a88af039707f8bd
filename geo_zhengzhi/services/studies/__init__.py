"""What is studied: incidents, targets and what lies around them, opened, kept and given out."""
