"""What is drawn and laid out for people: sheets in SVG, charts, pages. Knows nobody; is given words and numbers."""
