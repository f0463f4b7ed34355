"""Checks of metadata: the findings a curator sees, SHACL shapes, and the points of MQA."""
