"""Pictures that people upload for their entries: checked, written again without EXIF, and kept in the database."""
