"""Parts that serve one published system alone; they import the package, never the
other way round."""
