"""What goes over the wire, as marshmallow schemas; each request's load gives the service's own form."""
