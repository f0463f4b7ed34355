"""What an operator sees and bounds: ids and figures of requests, metrics, limits for each client."""
