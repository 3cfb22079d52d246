"""From a system of differential equations to C."""
