"""What does a desk look like at work, without the internet? A world of invented publishers."""
