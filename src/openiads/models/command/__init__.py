"""The command model: what a scenario may say, its lowering, its compiled functions."""
