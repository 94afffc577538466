"""Documents: charts, PDF reports, QR codes and spreadsheets, drawn from plain values."""
