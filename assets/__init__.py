"""What is made: one module a layer, each asset 5 to 15 lines. How it is made is in pipelines/ and sql/."""
