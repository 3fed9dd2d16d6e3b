"""Images in posts: sent by members or copied from elsewhere, always re-made before anybody sees them."""
