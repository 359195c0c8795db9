"""Coverage for the page: per radar and altitude, how far it sees at each azimuth, and the law from RCS to range."""
