"""How fast and how light is it? Each module prints its figures: `python -m benchmarks.<name>`."""
