"""Curves of a response over dose: many small least-squares fits at once, Hill's curve, growth rates."""
