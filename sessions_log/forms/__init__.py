"""Forms validate only, one module per noun. Longest text: 100,000 characters a box."""
