"""How recommendations are judged: the split, the baselines, the metrics, the report."""
