"""Whether relevant frames carry a verdict, and what is told of them is true."""
