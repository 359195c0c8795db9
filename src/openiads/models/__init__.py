"""Families of models. Each holds a spec (what a scenario may say), its lowering to arrays and its compiled functions."""
