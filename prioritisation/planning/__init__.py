"""From an order to what ships when (docs/plan.md). Pure: plain values in, plain values out."""
