"""What people see: frame in; text, chart, page or sheet out. Pure: no database, no file is opened here."""
