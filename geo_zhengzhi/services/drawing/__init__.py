"""The planner's pencil: what a drawn shape holds, overlaps and needs before it is saved."""
