"""Files of incidents, from the upload to the batch and back."""
