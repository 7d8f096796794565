"""What an experiment found, for people: lines on a terminal, files for a spreadsheet, a page with pictures."""
