"""Reports: one self-contained HTML page of what runs say, with a page that stands alone in front."""
