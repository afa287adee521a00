"""Language models behind any service that speaks OpenAI's chat completions."""
