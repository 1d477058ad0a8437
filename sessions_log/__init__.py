"""What happened: sessions, notes, summaries for chosen readers, updates from home."""
