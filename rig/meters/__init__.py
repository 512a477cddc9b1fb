"""How a meter is read: VISA sessions, dialects, adapters, and who may use one when."""
