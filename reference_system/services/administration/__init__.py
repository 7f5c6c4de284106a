"""Administration: feedback, documents, statistics, reports, channels, commune pages."""
