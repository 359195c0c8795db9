"""Assessment: what a fire unit believes after an intercept."""
