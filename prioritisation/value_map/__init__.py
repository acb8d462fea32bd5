"""The map: end users' value across, payers' value upwards."""
