"""Drawings of tables: values in words, charts, profiles of columns and maps, as numbers that templates write as SVG."""
