"""What people see: frame in; text, chart, page or sheet out. No database; no file is read but the package's own."""
