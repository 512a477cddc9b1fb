"""The host as the other end of a board's network: servers, clients, and what bad peers do."""
