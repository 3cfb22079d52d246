"""A scenario or a call becomes a model, a model becomes trajectories, and these become observables."""
