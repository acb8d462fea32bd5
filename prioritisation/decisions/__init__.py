"""What harms somebody is planned only for a reason that is written down."""
