"""How do we parse what strangers wrote without being harmed? In processes that can do little else."""
