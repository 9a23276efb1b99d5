"""The page for teachers: plans, sheets, links, and lessons of their own."""
