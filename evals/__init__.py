"""Are the judges still as right as they were? Floors on labelled sets, and how weights are fitted."""
