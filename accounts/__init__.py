"""Who: practices, accounts, people, circles, and the visibility kernel every other room stands on."""
