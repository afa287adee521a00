"""Why a title is in a list, looked up and put into true sentences."""
