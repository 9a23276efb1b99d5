"""What the server does besides running pages: routes, visitors, its life."""
